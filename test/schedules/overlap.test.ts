import { defineJob, type Overlap } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"
import { scheduleFrom, tickAt, ticksOf } from "./schedules.ts"

const database = await createDatabase()
const events: string[] = []
let letEnd = () => {}
const slow = defineJob({
  name: "slow",
  async perform(_payload, { schedule, signal }) {
    const tick = schedule?.tick.toISOString().slice(11, 16)
    events.push(`${tick} begins`)
    await new Promise<void>((resolve) => {
      letEnd = resolve
      signal.addEventListener("abort", () => resolve())
    })
    events.push(`${tick} ${signal.aborted ? "is canceled" : "ends"}`)
  },
})
const limited = defineJob({ name: "limited", concurrency: { key: "all", limit: 5 }, perform() {} })
const { sluice, drainOnce } = drainable(database, [slow, limited])

afterEach(async () => {
  await database.pool.query(
    "delete from sluice.schedules; delete from sluice.jobs; delete from sluice.schedule_ticks",
  )
  events.length = 0
})

test("allow: the next job doesn't ask for the one before", async () => {
  await twoTicks("allow")
  expect(await ticksOf(database, "slow")).toEqual(["2027-03-01T09:00 enqueued", "2027-03-01T10:00 enqueued"])
  expect(await states()).toEqual(["ready", "ready"])
})

test("skip: while a job is unfinished, the next tick has none", async () => {
  await twoTicks("skip")
  expect(await ticksOf(database, "slow")).toEqual(["2027-03-01T09:00 enqueued", "2027-03-01T10:00 skipped"])
  await sluice.cancelJobs({ name: "slow" })
  await tickAt(database, "2027-03-01T11:00Z")
  expect((await ticksOf(database, "slow")).at(-1)).toBe("2027-03-01T11:00 enqueued")
})

test("skip: a job that runs for more than a hundred ticks isn't joined by another", async () => {
  await twoTicks("skip")
  await database.pool.query(
    `insert into sluice.schedule_ticks (schedule_key, tick, outcome)
     select 'slow', '2027-03-01T10:00Z'::timestamptz + n * interval '1 second', 'skipped' from generate_series(1, 150) n`,
  )
  await tickAt(database, "2027-03-01T11:00Z")
  expect((await ticksOf(database, "slow")).at(-1)).toBe("2027-03-01T11:00 skipped")
})

test("skip: of ticks that are caught up together, the first has a job", async () => {
  await scheduleFrom(
    database,
    "slow",
    { name: "slow", every: "1h", overlap: "skip", catchUp: "all" },
    "2027-03-01T08:30Z",
  )
  await tickAt(database, "2027-03-01T11:30Z")
  expect(await ticksOf(database, "slow")).toEqual([
    "2027-03-01T09:00 enqueued",
    "2027-03-01T10:00 skipped",
    "2027-03-01T11:00 skipped",
  ])
})

test("queue: the next job begins when the one before has ended", async () => {
  await twoTicks("queue")
  const drain = drainOnce()
  await eventually(() => expect(events).toEqual(["09:00 begins"]))
  letEnd()
  await eventually(() => expect(events).toEqual(["09:00 begins", "09:00 ends", "10:00 begins"]))
  letEnd()
  expect(await drain).toMatchObject({ succeeded: 2 })
})

test("queue: a job that waits for its retry holds the next one back", async () => {
  await twoTicks("queue")
  await database.pool.query(
    "update sluice.jobs set state = 'scheduled', run_at = now() + interval '1 hour', fence = 1 where id = (select min(id) from sluice.jobs)",
  )
  expect(await drainOnce()).toMatchObject({ claimed: 0 })
  expect(events).toEqual([])
})

test("cancel: the running job is canceled, and the next one begins when it has ended", async () => {
  await scheduleFrom(database, "slow", { name: "slow", every: "1h", overlap: "cancel" }, "2027-03-01T08:30Z")
  await tickAt(database, "2027-03-01T09:00Z")
  const drain = drainOnce()
  await eventually(() => expect(events).toEqual(["09:00 begins"]))
  await tickAt(database, "2027-03-01T10:00Z")
  await eventually(() => expect(events).toEqual(["09:00 begins", "09:00 is canceled", "10:00 begins"]))
  letEnd()
  await drain
  expect((await sluice.getSchedule("slow"))?.runs.map(({ jobState }) => jobState)).toEqual([
    "succeeded",
    "canceled",
  ])
})

test("cancel: a job that waits is canceled at once", async () => {
  await twoTicks("cancel")
  expect(await states()).toEqual(["ready"])
  expect((await sluice.getSchedule("slow"))?.runs.map(({ jobState }) => jobState)).toEqual([
    "ready",
    "canceled",
  ])
})

test("queue: a definition with a concurrency limit of its own keeps it, too", async () => {
  await drainOnce() // registers the definitions
  await scheduleFrom(
    database,
    "limited",
    { name: "limited", every: "1h", overlap: "queue" },
    "2027-03-01T08:30Z",
  )
  await tickAt(database, "2027-03-01T09:00Z")
  expect(await sluice.getJob((await sluice.getSchedule("limited"))?.runs[0]?.jobId as string)).toMatchObject({
    concurrencyKeys: ["all", "schedule:limited"],
  })
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
})

async function twoTicks(overlap: Overlap): Promise<void> {
  await scheduleFrom(database, "slow", { name: "slow", every: "1h", overlap }, "2027-03-01T08:30Z")
  await tickAt(database, "2027-03-01T09:00Z")
  await tickAt(database, "2027-03-01T10:00Z")
}

async function states(): Promise<string[]> {
  const rows = await database.rows("select state from sluice.jobs order by id")
  return rows.map(({ state }) => state)
}
