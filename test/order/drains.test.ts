import { createSluice, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

test("several drainers run the jobs of each key in order, one at a time, also those that fail in between", async () => {
  const database = await createDatabase()
  const begun = new Map<string, number[]>()
  let running = 0
  const step = defineJob({
    name: "step",
    concurrency: { key: ({ key }: { key: string; n: number }) => key, order: "enqueued" },
    backoff: { base: "1ms", jitter: 0 },
    async perform({ key, n }, { attempt }) {
      const order = begun.get(key) ?? []
      begun.set(key, [...order, n])
      running++
      await new Promise(setImmediate)
      running--
      if (n % 7 === 3 && attempt === 1) throw new Error("once more")
    },
  })
  const sluice = createSluice({ database: database.pool, jobs: [step] })
  const steps = Array.from({ length: 20 }, (_, n) => ["a", "b", "c"].map((key) => ({ key, n }))).flat()
  await sluice.enqueueMany(
    steps.map((payload) => ({ name: "step", payload, options: { priority: -payload.n } })),
  )

  while ((await database.rows("select from sluice.jobs limit 1")).length > 0)
    await Promise.all([1, 2, 3].map(() => drain(sluice, { connect: database.connect, log: SILENT })))
  const expected = steps.filter(({ key }) => key === "a").flatMap(({ n }) => (n % 7 === 3 ? [n, n] : [n]))
  expect([...begun.values()]).toEqual([expected, expected, expected])
  expect(running).toBe(0)
  expect(await database.rows("select from sluice.permits")).toEqual([])
})
