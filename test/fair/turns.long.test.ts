import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

interface Work {
  tenant?: string
  n?: number
}

/** A database with a job `work` whose tenants take turns; `performed` fills with what is performed. */
async function fairly(fair: unknown = ({ tenant }: Work) => tenant) {
  const database = await createDatabase()
  const performed: string[] = []
  const work = defineJob({
    name: "work",
    fair: fair as (payload: unknown) => string,
    perform: (payload) => void performed.push(`${(payload as Work).tenant}${(payload as Work).n ?? ""}`),
  })
  const { sluice, drainOnce } = drainable(database, [work])
  const enqueue = (tenant: string | undefined, count: number, options = {}) =>
    sluice.enqueueMany(
      Array.from({ length: count }, (_, n) => ({ name: "work", payload: { tenant, n: n + 1 }, options })),
    )
  return { database, performed, sluice, drainOnce, enqueue }
}

test("tenants take turns, each with its oldest jobs first", async () => {
  const { performed, drainOnce, enqueue } = await fairly()
  await enqueue("a", 5)
  await enqueue("b", 2)
  await enqueue("c", 1)
  await drainOnce({ concurrency: 1 })
  expect(performed).toEqual(["a1", "b1", "c1", "a2", "b2", "a3", "a4", "a5"])
})

test("small tenants finish in the first 2 percent of the work of a large one, whatever claims take", async () => {
  const { performed, drainOnce, enqueue } = await fairly()
  await enqueue("large", 5_000)
  for (let n = 0; n < 10; n++) await enqueue(`small-${n}/`, 3)
  await drainOnce({ concurrency: 4 })
  expect(performed).toHaveLength(5_030)
  expect(performed.findLastIndex((name) => name.startsWith("small"))).toBeLessThan(100)
})

test("a tenant with a larger weight has as many more jobs in each turn", async () => {
  const { performed, drainOnce, enqueue } = await fairly({
    key: ({ tenant }: Work) => tenant,
    weight: ({ tenant }: Work) => (tenant === "b" ? 3 : undefined),
  })
  await enqueue("a", 3)
  await enqueue("b", 7)
  await drainOnce({ concurrency: 1 })
  expect(performed.join(" ")).toBe("a1 b1 b2 b3 a2 b4 b5 b6 a3 b7")
})

test("turns are taken within a priority", async () => {
  const { performed, drainOnce, enqueue } = await fairly()
  await enqueue("a", 2)
  await enqueue("b", 2)
  await enqueue("z", 2, { priority: -1 })
  await drainOnce({ concurrency: 1 })
  expect(performed).toEqual(["z1", "z2", "a1", "b1", "a2", "b2"])
})

test("jobs without a key go first where they are more urgent, and else alternate with the others", async () => {
  const { performed, drainOnce, enqueue } = await fairly()
  await enqueue("a", 2_000)
  await enqueue(undefined, 2_000)
  await enqueue(undefined, 10, { priority: -1 })
  await enqueue(undefined, 10, { priority: 1 })
  await drainOnce({ concurrency: 4 })
  expect(performed).toHaveLength(4_020)
  expect(new Set(performed.slice(0, 10).map((name) => name.replace(/\d+/, "")))).toEqual(
    new Set(["undefined"]),
  )
  const half = performed.slice(0, 2_000).filter((name) => name.startsWith("a")).length
  expect(half).toBeGreaterThan(500)
  expect(half).toBeLessThan(1_500)
})
