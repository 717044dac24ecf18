import { defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { scheduleFrom, tickAt, ticksOf } from "./schedules.ts"

const database = await createDatabase()
const performed: { key: string; tick: string }[] = []
const report = defineJob({
  name: "report",
  perform(_payload, { schedule }) {
    performed.push({ key: schedule?.key as string, tick: schedule?.tick.toISOString() as string })
  },
})
const { sluice } = drainable(database, [report])
const every = { name: "report", every: "1h", catchUp: "all" } as const

test("each tick has one job, whichever of four drainers looks", async () => {
  for (let key = 0; key < 50; key++)
    await scheduleFrom(database, `once/${key}`, every, new Date(Date.now() - 5 * 3_600_000))
  const drains = Array.from({ length: 4 }, () => drain(sluice, { connect: database.connect }))
  await Promise.all(drains)
  expect(performed).toHaveLength(250)
  expect(new Set(performed.map(({ key, tick }) => `${key} ${tick}`)).size).toBe(250)
  await database.pool.query("delete from sluice.schedules")
})

test("a tick whose transaction is rolled back is enqueued by the next look", async () => {
  await scheduleFrom(database, "rolled-back", every, "2027-03-01T08:30Z")
  const dying = await database.connect()
  await dying.query("begin")
  await dying.query("select sluice.enqueue_ticks('2027-03-01T09:00Z')")
  await tickAt(database, "2027-03-01T09:00Z") // the schedule is in hand elsewhere
  expect(await ticksOf(database, "rolled-back")).toEqual([])
  await dying.end()
  await expect
    .poll(async () => {
      await tickAt(database, "2027-03-01T09:00Z")
      return ticksOf(database, "rolled-back")
    })
    .toEqual(["2027-03-01T09:00 enqueued"])
  expect(await jobsOf("rolled-back")).toBe(1)
})

test("a tick that has had its job doesn't get another, even if the schedule is set back", async () => {
  await scheduleFrom(database, "set-back", every, "2027-03-01T08:30Z")
  await tickAt(database, "2027-03-01T09:00Z")
  await scheduleFrom(database, "set-back", every, "2027-03-01T08:30Z")
  await tickAt(database, "2027-03-01T10:00Z")
  expect(await ticksOf(database, "set-back")).toEqual([
    "2027-03-01T09:00 enqueued",
    "2027-03-01T10:00 enqueued",
  ])
  expect(await jobsOf("set-back")).toBe(2)
})

test("more ticks than were computed in advance follow each other without a gap", async () => {
  await scheduleFrom(database, "long", { ...every, every: "1m" }, "2027-03-01T08:00Z")
  for (let minute = 1; minute <= 40; minute++)
    await tickAt(database, new Date(Date.parse("2027-03-01T08:00Z") + minute * 60_000))
  expect(await jobsOf("long")).toBe(40)
  expect((await ticksOf(database, "long")).at(-1)).toBe("2027-03-01T08:40 enqueued")
})

test("jitter puts the job of a tick off, always by the same time", async () => {
  await scheduleFrom(database, "jitter", { ...every, jitter: "10m" }, "2027-03-01T08:30Z")
  const [{ next_at }] = await database.rows(
    "select to_json(next_at) as next_at from sluice.schedules where key = 'jitter'",
  )
  const dueAt = new Date(next_at)
  expect(dueAt.getTime()).toBeGreaterThan(Date.parse("2027-03-01T09:00Z"))
  expect(dueAt.getTime()).toBeLessThan(Date.parse("2027-03-01T09:10Z"))
  await tickAt(database, new Date(dueAt.getTime() - 1_000))
  expect(await ticksOf(database, "jitter")).toEqual([])
  await tickAt(database, dueAt)
  expect(await ticksOf(database, "jitter")).toEqual(["2027-03-01T09:00 enqueued"])
})

test("with a jitter longer than its interval, a schedule leaves no tick out", async () => {
  const from = Date.parse("2027-03-01T08:00Z")
  await scheduleFrom(database, "spread", { ...every, every: "1m", jitter: "10m" }, new Date(from))
  for (let look = 1; look <= 60; look++) await tickAt(database, new Date(from + look * 30_000))
  const ticks = await ticksOf(database, "spread")
  expect(ticks.length).toBeGreaterThanOrEqual(20)
  expect(ticks.at(-1)).toBe(`2027-03-01T08:${String(ticks.length).padStart(2, "0")} enqueued`)
})

test("a schedule has ticks from its start to its end, both included", async () => {
  const bounds = { startsAt: "2027-03-01T09:00:00Z", endsAt: "2027-03-01T11:00:00Z" }
  await scheduleFrom(database, "bounded", { ...every, ...bounds }, "2027-01-01T00:00Z")
  for (const hour of ["08", "09", "10", "11", "12", "13"]) await tickAt(database, `2027-03-01T${hour}:00Z`)
  expect(await ticksOf(database, "bounded")).toEqual([
    "2027-03-01T09:00 enqueued",
    "2027-03-01T10:00 enqueued",
    "2027-03-01T11:00 enqueued",
  ])
  expect((await sluice.getSchedule("bounded"))?.next).toHaveLength(3)
})

test("a job that can't be enqueued is reported at its tick, and holds up no other schedule", async () => {
  await scheduleFrom(database, "refused", { ...every, options: { queue: "full" } }, "2027-03-01T08:30Z")
  await scheduleFrom(database, "beside", every, "2027-03-01T08:30Z")
  await sluice.limitQueue("full", { waiting: 1 })
  await sluice.enqueue("report", {}, { queue: "full" })
  await tickAt(database, "2027-03-01T09:00Z")
  expect(await ticksOf(database, "beside")).toEqual(["2027-03-01T09:00 enqueued"])
  expect((await sluice.getSchedule("refused"))?.runs).toMatchObject([
    { outcome: "failed", jobId: null, error: expect.stringContaining("its waiting limit of 1") },
  ])
  await sluice.limitQueue("full", {})
  await tickAt(database, "2027-03-01T10:00Z")
  expect((await sluice.getSchedule("refused"))?.runs[0]).toMatchObject({
    outcome: "enqueued",
    jobState: "ready",
  })
})

async function jobsOf(key: string): Promise<number> {
  const [{ jobs }] = await database.rows(
    "select count(*)::int as jobs from sluice.jobs where metadata->'schedule'->>'key' = $1",
    [key],
  )
  return jobs
}
