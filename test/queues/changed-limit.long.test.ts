import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

test("a raised limit holds for the jobs that were enqueued before, also behind one of them", async () => {
  const { sluice, most, enqueue, drainAll } = setUp(await createDatabase())
  const options = { concurrencyKey: "k", concurrencyLimit: 1 }
  await sluice.enqueueMany(Array.from({ length: 8 }, () => ({ name: "limited", options })))
  await enqueue(4, 1)

  await drainAll(9)
  expect(most()).toBe(4)
})

test("a lowered limit holds for the jobs that wait already", async () => {
  const { most, enqueue, drainAll } = setUp(await createDatabase())
  await enqueue(4, 8)
  await enqueue(1, 1)

  await drainAll(9)
  expect(most()).toBe(1)
})

test("the newest limit stays in force after the job that set it has finished before older ones", async () => {
  const database = await createDatabase()
  const { most, enqueue, drainAll } = setUp(database)
  await enqueue(4, 8)
  await enqueue(1, 1, -10)

  await drainAll(9)
  expect(most()).toBe(1)
  expect(await database.rows("select * from sluice.limits")).toEqual([])
})

/** Jobs of one key that wait until as many run at once as may, or for a moment. */
function setUp(database: TestDatabase) {
  let running = 0
  let most = 0
  const job = defineJob({
    name: "limited",
    async perform() {
      running++
      most = Math.max(most, running)
      await eventually(() => expect(running).toBeGreaterThanOrEqual(4), 60).catch(() => {})
      running--
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  return {
    sluice,
    most: () => most,
    async enqueue(concurrencyLimit: number, count: number, priority = 0) {
      for (let i = 0; i < count; i++)
        await sluice.enqueue("limited", {}, { concurrencyKey: "k", concurrencyLimit, priority })
    },
    async drainAll(count: number) {
      let succeeded = 0
      while (succeeded < count) {
        const drains = await Promise.all([drainOnce(), drainOnce()])
        for (const summary of drains) succeeded += summary.succeeded
      }
      expect(succeeded).toBe(count)
    },
  }
}
