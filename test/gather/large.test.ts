import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()

test("a job gathers 10,000 others, in their order", async () => {
  const child = defineJob({ name: "child", perform: ({ n }: { n: number }) => n })
  const parent = defineJob({
    name: "parent",
    async perform(_payload: object, { enqueueAndWait }) {
      const jobs = Array.from({ length: 10_000 }, (_, n) => ({ job: child, payload: { n } }))
      const results = await enqueueAndWait("children", jobs)
      return { count: results.length, inOrder: results.every((result, n) => result === n) }
    },
  })
  const { sluice, drainOnce } = drainable(database, [parent, child])
  const { id } = await parent.enqueue({})
  expect(await drainOnce()).toMatchObject({ succeeded: 10_001, snoozed: 1 })
  expect((await sluice.getJob(id))?.result).toEqual({ count: 10_000, inOrder: true })
})

test("results of some megabytes come in pages", async () => {
  const child = defineJob({ name: "child", perform: ({ n }: { n: number }) => ({ n, noise: noise(n) }) })
  const parent = defineJob({
    name: "parent",
    async perform(_payload: object, { enqueueAndWait }) {
      const jobs = Array.from({ length: 60 }, (_, n) => ({ job: child, payload: { n } }))
      const results = await enqueueAndWait("children", jobs)
      return results.map((result) => result?.n)
    },
  })
  const { sluice, drainOnce } = drainable(database, [parent, child])
  const { id } = await parent.enqueue({})
  await drainOnce()
  expect((await sluice.getJob(id))?.result).toEqual(Array.from({ length: 60 }, (_, n) => n))
})

/** 200,000 characters that can't be compressed much. */
function noise(seed: number): string {
  let text = ""
  for (let n = seed + 1; text.length < 200_000; n = (n * 48_271) % 2_147_483_647) text += n.toString(36)
  return text
}
