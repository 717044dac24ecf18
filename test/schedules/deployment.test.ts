import { createSluice, defineJob, defineSchedule, drain, type ScheduleDefinition } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { tickAt, ticksOf } from "./schedules.ts"

const database = await createDatabase()
const report = defineJob({ name: "report", perform() {} })
const other = defineJob({ name: "other", perform() {} })
const nightly = defineSchedule("nightly", { job: report, cron: "0 3 * * *", timeZone: "Europe/Berlin" })
const hourly = defineSchedule("hourly", { job: other, every: "1h" })
const jobs = [report, other]
const sluice = createSluice({ database: database.pool })

afterEach(async () => {
  await database.pool.query(
    "delete from sluice.schedules; delete from sluice.definitions; update sluice.settings set refuses_unknown_names = false",
  )
})

test("a deployment registers its schedules, changes them, and removes what its code no longer has", async () => {
  await migrate(database.url, { jobs, schedules: [nightly, hourly] })
  expect(await keys()).toEqual(["hourly", "nightly"])

  const later = defineSchedule("nightly", { job: report, cron: "0 4 * * *" })
  await migrate(database.url, { jobs, schedules: [later] })
  expect(await sluice.listSchedules()).toMatchObject([
    { key: "nightly", cron: "0 4 * * *", timeZone: "UTC", dynamic: false },
  ])

  await migrate(database.url, { jobs: [other] })
  expect(await keys()).toEqual([])
})

test("a deployment leaves dynamic schedules alone", async () => {
  await sluice.setSchedule("dynamic", { name: "report", every: "1h" })
  await migrate(database.url, { jobs, schedules: [hourly] })
  await migrate(database.url, { jobs })
  expect(await keys()).toEqual(["dynamic"])
})

test("a deployment with the same schedule keeps its pause and the ticks that were missed", async () => {
  await migrate(database.url, { jobs, schedules: [nightly] })
  await database.pool.query(
    "update sluice.schedules set upcoming[1] = '2020-03-01T02:00Z', next_at = '2020-03-01T02:00Z'",
  )
  await migrate(database.url, { jobs, schedules: [nightly] })
  await tickAt(database, "2020-03-01T05:00Z")
  expect(await ticksOf(database, "nightly")).toEqual(["2020-03-01T02:00 enqueued"])

  await sluice.pauseSchedule("nightly")
  await migrate(database.url, { jobs, schedules: [nightly] })
  expect(await sluice.getSchedule("nightly")).toMatchObject({ paused: true, next: [] })
})

test("drainers register the schedules beside their jobs, and remove those that they no longer have", async () => {
  await drainWith([nightly, hourly])
  expect(await keys()).toEqual(["hourly", "nightly"])
  await drainWith([hourly])
  expect(await keys()).toEqual(["hourly"])
})

test("a drainer of an older deployment neither removes nor brings back a schedule", async () => {
  await migrate(database.url, { jobs, schedules: [nightly] })
  await drainWith([hourly])
  await drainWith([])
  expect(await keys()).toEqual(["nightly"])
})

test("a schedule that is defined in code can be paused, but neither changed nor deleted", async () => {
  await migrate(database.url, { jobs, schedules: [nightly] })
  const refused = { name: "ScheduleStateError", code: "schedule_in_code" }
  await expect(sluice.setSchedule("nightly", { name: "other", every: "1h" })).rejects.toMatchObject(refused)
  await expect(sluice.deleteSchedule("nightly")).rejects.toMatchObject(refused)
  await sluice.pauseSchedule("nightly")
  expect(await sluice.getSchedule("nightly")).toMatchObject({ name: "report", paused: true })
})

test("what the database refuses of a schedule fails the deployment, and nothing is registered", async () => {
  const bad = defineSchedule("bad", { job: report, every: "1h", options: { queue: "no queue" } })
  await expect(migrate(database.url, { jobs, schedules: [bad] })).rejects.toThrow(
    'The schedule "bad": options.queue is "no queue"',
  )
  expect(await database.rows("select from sluice.definitions")).toEqual([])
})

test("a drainer performs its jobs although the database refuses one of its schedules", async () => {
  const bad = defineSchedule("bad", { job: report, every: "1h", options: { queue: "no queue" } })
  await sluice.enqueue("report", {})
  expect(await drainWith([bad, hourly])).toMatchObject({ succeeded: 1 })
  expect(await keys()).toEqual(["hourly"])
})

test.each([
  [
    "a job that isn't among the jobs",
    { jobs: [report], schedules: [hourly] },
    'whose jobs are in jobs: "other" isn\'t',
  ],
  ["a key twice", { jobs, schedules: [hourly, hourly] }, "each schedule a key of its own"],
  [
    "something else",
    { jobs, schedules: [{}] as ScheduleDefinition[] },
    "a list of what defineSchedule returns",
  ],
])("schedules with %s are refused", async (_what, options, message) => {
  expect(() => createSluice({ database: database.pool, ...options })).toThrow(message)
  await expect(migrate(database.url, options)).rejects.toThrow(message)
})

test.each([
  [{}, "cron is missing: give cron or every"],
  [{ cron: "* * * * *", every: "1h" }, "cron or every, not both"],
  [{ every: "0.5s" }, "schedule.every"],
  [{ every: "1h", timeZone: "CET+1" }, "a time zone of the IANA database"],
  [{ every: "1h", timeZone: "Europe/Berln" }, "a time zone of the IANA database"],
  [{ every: "1h", jitter: "25h" }, "schedule.jitter"],
  [{ every: "1h", overlap: "wait" }, "schedule.overlap"],
  [{ every: "1h", catchUp: "never" }, "schedule.catchUp"],
  [{ every: "1h", catchUp: { within: "1h" } }, "schedule.catchUp.policy"],
  [{ every: "1h", startsAt: "tomorrow" }, "startsAt"],
  [{ every: "1h", evry: "2h" }, 'did you mean "every"'],
])("a definition with %j is refused at once", (settings, message) => {
  expect(() => defineSchedule("schedule", { job: report, ...settings } as never)).toThrow(message)
})

function drainWith(schedules: ScheduleDefinition[]) {
  return drain(createSluice({ database: database.pool, jobs, schedules }), { connect: database.connect })
}

async function keys(): Promise<string[]> {
  return (await sluice.listSchedules()).map(({ key }) => key)
}
