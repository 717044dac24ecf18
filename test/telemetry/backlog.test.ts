import { createSluice, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

test("an empty queue has no backlog", async () => {
  expect(await sluice.getBacklog()).toEqual({ ready: 0, oldestReadyAgeMs: 0 })
})

test("the backlog counts what is due, and its age is that of the oldest of any priority", async () => {
  const anHourAgo = new Date(Date.now() - 3_600_000)
  await sluice.enqueueMany([
    { name: "unknown", options: { priority: -5 } },
    { name: "unknown" },
    { name: "unknown", options: { priority: 9, runAt: anHourAgo } },
    { name: "unknown", options: { priority: 9 } },
    { name: "unknown", options: { delay: "1h" } },
  ])
  const { ready, oldestReadyAgeMs } = await sluice.getBacklog()
  expect(ready).toBe(4)
  expect(oldestReadyAgeMs).toBeGreaterThanOrEqual(3_600_000 - 1_000)
  expect(oldestReadyAgeMs).toBeLessThan(3_600_000 + 60_000)
  await database.rows("delete from sluice.jobs")
})

test("a job that runs is no longer part of the backlog, however long ago it was due", async () => {
  const seen: unknown[] = []
  const { drainOnce } = drainable(database, [
    defineJob({
      name: "look",
      async perform() {
        seen.push(await sluice.getBacklog())
      },
    }),
  ])
  await sluice.enqueue("look", {}, { runAt: new Date(Date.now() - 3_600_000) })
  await drainOnce()
  expect(seen).toEqual([{ ready: 0, oldestReadyAgeMs: 0 }])
})

test("the count stops at 10,000", async () => {
  await sluice.enqueueMany(Array.from({ length: 10_050 }, () => ({ name: "unknown" })))
  expect((await sluice.getBacklog()).ready).toBe(10_000)
})
