import { createSluice, defineJob, drain } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { scheduleFrom } from "./schedules.ts"

// In idle mode a drain sets one wake-up as its last act, and nothing else invokes the next.
const database = await createDatabase()
const report = defineJob({ name: "report", perform() {} })
const sluice = createSluice({ database: database.pool, jobs: [report] })
const HOUR_MS = 3_600_000

afterEach(async () => {
  await database.pool.query(
    "delete from sluice.schedules; delete from sluice.wake_ups; delete from sluice.wake_requests",
  )
})

test("the wake-up is set for the next tick, so an hourly schedule takes 24 invocations a day", async () => {
  const midnight = Date.UTC(2027, 2, 1)
  await scheduleFrom(database, "hourly", { name: "report", cron: "0 * * * *" }, new Date(midnight - 60_000))
  let invocations = 0
  for (
    let at: number | undefined = midnight;
    at !== undefined && at < midnight + 24 * HOUR_MS;
    invocations++
  ) {
    await database.rows("select sluice.enqueue_ticks($1)", [new Date(at)])
    at = await wakeUpAfterDrain()
  }
  expect(invocations).toBe(24)
  expect((await database.rows("select from sluice.schedule_ticks where outcome = 'enqueued'")).length).toBe(
    24,
  )
})

test("a drain waits for a tick that is due in a moment, if it lingers at all", async () => {
  await scheduleFrom(database, "soon", { name: "report", every: "1s" }, new Date())
  expect(
    await drain(sluice, { connect: database.connect, linger: "20ms", remainingMs: untilIn(2_500) }),
  ).toMatchObject({
    succeeded: expect.closeTo(2, 0),
  })
})

test("setting, resuming and deleting a schedule invoke a drainer only if the wake-up is too late for it", async () => {
  let wakes = 0
  const waking = createSluice({ database: database.pool, wake: async () => void wakes++ })
  expect(await wakeUpAfterDrain()).toBeUndefined()
  await waking.setSchedule("daily", { name: "report", every: "1d" })
  expect(wakes).toBe(1)
  await database.pool.query("delete from sluice.wake_requests")
  const daily = await wakeUpAfterDrain()
  expect(daily).toBeGreaterThan(Date.now())

  await waking.setSchedule("daily", {
    name: "report",
    every: "2d",
    startsAt: new Date((daily as number) + HOUR_MS),
  })
  expect(wakes).toBe(1)
  await waking.setSchedule("hourly", {
    name: "report",
    every: "1h",
    startsAt: new Date((daily as number) - HOUR_MS),
  })
  expect(wakes).toBe(2)
})

test("the schedules of jobs that a drainer doesn't perform don't set its wake-up", async () => {
  await scheduleFrom(database, "other", { name: "other", every: "1h" }, new Date())
  expect(await wakeUpAfterDrain()).toBeUndefined()
})

/** When the wake-up is that a drain sets; undefined: there is none. */
async function wakeUpAfterDrain(): Promise<number | undefined> {
  let dueAt: number | undefined
  const setWakeUp = async (at: Date | undefined) => {
    dueAt = at?.getTime()
  }
  await drain(sluice, { connect: database.connect, setWakeUp })
  return dueAt
}

function untilIn(ms: number): () => number {
  const endsAtMs = performance.now() + ms
  return () => endsAtMs - performance.now()
}
