import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { claimNowAndThen, openInLanes } from "./in-lanes.ts"

test("a drainer that has stood by for five seconds ends, and leaves the jobs to the others; it asks for no further drainers", async () => {
  const database = await createDatabase()
  await openInLanes(database)
  const { drainOnce } = drainable(database, [defineJob({ name: "noop", perform() {} })])
  await database.pool.query("select sluice.enqueue('noop') from generate_series(1, 1000)")
  const claiming = await claimNowAndThen(database)

  const asked: number[] = []
  const summary = await drainOnce({ concurrency: 1, scaleOut: (drainers) => asked.push(drainers) })
  expect(summary).toMatchObject({ claimed: 0, dueWork: false, lateWork: false })
  expect(summary.ms).toBeGreaterThan(5_000)
  expect(asked).toEqual([])
  await claiming.end()
})

test("one that is to linger for longer stays", async () => {
  const database = await createDatabase()
  const others = await openInLanes(database)
  const { drainOnce } = drainable(database, [defineJob({ name: "noop", perform() {} })])
  await database.pool.query("select sluice.enqueue('noop') from generate_series(1, 1000)")
  const claiming = await claimNowAndThen(database)
  const stopped = new AbortController()

  const drained = drainOnce({ linger: "1h", signal: stopped.signal })
  setTimeout(async () => void (await others[0]?.end()), 6_000)
  await expect
    .poll(() => database.rows("select from sluice.finished"), { timeout: 20_000 })
    .toHaveLength(1_000)
  stopped.abort()
  expect((await drained).succeeded).toBe(1_000)
  await claiming.end()
})
