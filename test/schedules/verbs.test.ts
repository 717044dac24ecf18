import { createSluice, defineJob, type ScheduleSettings } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { scheduleFrom, tickAt, ticksOf } from "./schedules.ts"

const database = await createDatabase()
const mail = defineJob({
  name: "mail",
  perform: (payload, { schedule }) => ({ payload, key: schedule?.key ?? null }),
})
const { sluice, drainOnce } = drainable(database, [mail])
const hourly = { name: "mail", every: "1h" } as const

afterEach(async () => {
  await database.pool.query(
    "delete from sluice.schedules; delete from sluice.jobs; delete from sluice.schedule_ticks",
  )
})

test("a schedule that is set has its next five ticks at once", async () => {
  const settings: ScheduleSettings = {
    name: "mail",
    cron: "0 9 * * MON",
    timeZone: "Europe/Berlin",
    payload: { to: "team" },
    options: { queue: "slow", tags: ["weekly"] },
    startsAt: new Date("2040-01-01T00:00:00Z"),
    jitter: "5m",
    overlap: "skip",
    catchUp: { policy: "all", within: "2d" },
  }
  expect(await sluice.setSchedule("weekly", settings)).toEqual({
    ...settings,
    key: "weekly",
    every: null,
    endsAt: null,
    enabled: true,
    dynamic: true,
    paused: false,
    pausedUntil: null,
    next: ["02", "09", "16", "23", "30"].map((day) => new Date(`2040-01-${day}T08:00:00Z`)),
    runs: [],
    createdAt: expect.any(Date),
    updatedAt: expect.any(Date),
  })
  expect(await sluice.getSchedule("weekly")).toEqual((await sluice.listSchedules())[0])
})

test("setting it again replaces it, and deleting it removes it", async () => {
  await sluice.setSchedule("schedule", hourly)
  await sluice.setSchedule("schedule", { name: "mail", cron: "@daily" })
  expect(await sluice.listSchedules()).toMatchObject([{ every: null, cron: "@daily" }])
  await sluice.deleteSchedule("schedule")
  expect(await sluice.getSchedule("schedule")).toBeUndefined()
})

test("the job of a tick has the schedule's payload and options, and knows its schedule", async () => {
  await scheduleFrom(
    database,
    "schedule",
    { ...hourly, payload: { to: "a" }, options: { tags: ["t"], metadata: { by: "me" } } },
    "2027-03-01T08:30Z",
  )
  await tickAt(database, "2027-03-01T09:00Z")
  await drainOnce()
  const [run] = (await sluice.getSchedule("schedule"))?.runs ?? []
  expect(run).toMatchObject({
    tick: new Date("2027-03-01T09:00:00Z"),
    outcome: "enqueued",
    jobState: "succeeded",
    requested: false,
  })
  expect(await sluice.getJob(run?.jobId as string)).toMatchObject({
    result: { payload: { to: "a" }, key: "schedule" },
    tags: ["t"],
    metadata: { by: "me", schedule: { key: "schedule", tick: "2027-03-01T09:00:00.000Z" } },
  })
})

test("a paused schedule has no ticks; resumed it has those that come, and none of those that have passed", async () => {
  await scheduleFrom(database, "schedule", hourly, "2020-03-01T08:30Z")
  await sluice.pauseSchedule("schedule")
  expect(await sluice.getSchedule("schedule")).toMatchObject({ paused: true, pausedUntil: null, next: [] })
  await tickAt(database, "2040-03-01T09:00Z")
  await sluice.resumeSchedule("schedule")
  await tickAt(database, new Date())
  expect(await ticksOf(database, "schedule")).toEqual([])
  expect((await sluice.getSchedule("schedule"))?.next).toHaveLength(5)
})

test("a pause with an end ends by itself, and the first tick is the one that follows it", async () => {
  await sluice.setSchedule("schedule", hourly)
  const until = new Date("2040-03-01T09:30:00Z")
  await sluice.pauseSchedule("schedule", { until })
  expect(await sluice.getSchedule("schedule")).toMatchObject({ paused: true, pausedUntil: until })
  expect((await sluice.getSchedule("schedule"))?.next[0]).toEqual(new Date("2040-03-01T10:00:00Z"))
  await tickAt(database, "2040-03-01T09:30Z")
  await tickAt(database, "2040-03-01T10:00Z")
  expect(await ticksOf(database, "schedule")).toEqual(["2040-03-01T10:00 enqueued"])
})

test("resuming a schedule that isn't paused drops no tick", async () => {
  await scheduleFrom(database, "schedule", hourly, "2027-03-01T08:30Z")
  await sluice.resumeSchedule("schedule")
  await tickAt(database, "2027-03-01T09:00Z")
  expect(await ticksOf(database, "schedule")).toEqual(["2027-03-01T09:00 enqueued"])
})

test("a schedule that isn't enabled has no ticks until it is", async () => {
  await sluice.setSchedule("schedule", { ...hourly, enabled: false })
  expect(await sluice.getSchedule("schedule")).toMatchObject({ enabled: false, next: [] })
  await tickAt(database, "2040-03-01T09:00Z")
  expect(await ticksOf(database, "schedule")).toEqual([])
  expect((await sluice.setSchedule("schedule", hourly)).next).toHaveLength(5)
})

test("run enqueues a job now, also of a paused schedule, and wakes a drainer", async () => {
  await sluice.setSchedule("schedule", { ...hourly, payload: 1, overlap: "skip" })
  await sluice.pauseSchedule("schedule")
  let wakes = 0
  const waking = createSluice({ database: database.pool, wake: async () => void wakes++ })
  const first = await waking.runSchedule("schedule")
  const second = await waking.runSchedule("schedule")
  expect(second).not.toBe(first)
  expect(wakes).toBe(1)
  expect(await drainOnce()).toMatchObject({ succeeded: 2 })
  expect((await sluice.getSchedule("schedule"))?.runs).toMatchObject([
    { jobId: second, outcome: "enqueued", jobState: "succeeded", requested: true },
    { jobId: first },
  ])
})

test("what a run can't enqueue is refused as by an enqueue, and leaves no trace", async () => {
  await sluice.setSchedule("schedule", { ...hourly, options: { queue: "full" } })
  await sluice.limitQueue("full", { waiting: 1 })
  await sluice.enqueue("mail", {}, { queue: "full" })
  await expect(sluice.runSchedule("schedule")).rejects.toMatchObject({ code: "queue_full" })
  expect(await ticksOf(database, "schedule")).toEqual([])
  await sluice.limitQueue("full", {})
})

test("every verb refuses a schedule that doesn't exist", async () => {
  const refused = { name: "ScheduleNotFoundError", code: "schedule_not_found" }
  await expect(sluice.runSchedule("none")).rejects.toMatchObject(refused)
  await expect(sluice.pauseSchedule("none")).rejects.toMatchObject(refused)
  await expect(sluice.resumeSchedule("none")).rejects.toMatchObject(refused)
  await expect(sluice.deleteSchedule("none")).rejects.toMatchObject(refused)
  expect(await sluice.getSchedule("none")).toBeUndefined()
})

const REFUSED: [settings: unknown, message: string, messageInSql?: string][] = [
  [{ ...hourly, name: "no name" }, 'name is "no name": give 1 to 128 letters', "Job name"],
  [{ ...hourly, name: 5 }, "name is 5: give 1 to 128 letters", "name is 5: give the name of a job"],
  [{ every: "1h" }, "name is missing"],
  [{ ...hourly, timeZone: "Europe/Berlin+1" }, 'timeZone is "Europe/Berlin+1"'],
  [{ name: "mail" }, "cron is missing: give cron or every", "cron is missing"],
  [{ ...hourly, cron: "* * * * *" }, "cron or every, not both"],
  [{ name: "mail", cron: "0 25 * * *" }, "at character 3 the hour is 25"],
  [{ name: "mail", cron: 5 }, "cron is 5"],
  [
    { name: "mail", every: "0.1s" },
    'every is "0.1s": give 1 to',
    'every is "0.1s": give a duration of at least a second',
  ],
  [{ ...hourly, timeZone: "Mars/Base" }, 'timeZone is "Mars/Base"'],
  [{ ...hourly, timeZone: "EST5EDT" }, 'timeZone is "EST5EDT"'],
  [{ ...hourly, jitter: "2d" }, 'jitter is "2d"'],
  [{ ...hourly, catchUp: "twice" }, 'catchUp is "twice"'],
  [{ ...hourly, catchUp: { policy: "all", within: 0 } }, "catchUp.within is 0", "catchUp is"],
  [{ ...hourly, overlap: "wait" }, 'overlap is "wait"'],
  [{ ...hourly, enabled: 1 }, "enabled is 1"],
  [{ ...hourly, payload: null }, "payload is null"],
  [{ ...hourly, options: { queue: "a b" } }, 'options.queue is "a b"'],
  [{ ...hourly, options: { runAt: "2030-01-01T00:00:00Z" } }, "options.runAt would be the same"],
  [
    { ...hourly, startsAt: "2030-01-01T00:00:00Z", endsAt: "2029-01-01T00:00:00Z" },
    "an instant after startsAt",
  ],
  [{ ...hourly, colour: "red" }, 'no option "colour"', 'colour is "red": give one of'],
]

/** Postgres has no such text. */
const NOT_IN_SQL: typeof REFUSED = [[{ ...hourly, payload: { text: "\0" } }, "payload.text is"]]

test.each([...REFUSED, ...NOT_IN_SQL])(
  "settings %j are refused, and nothing is stored",
  async (settings, message) => {
    await expect(sluice.setSchedule("schedule", settings as ScheduleSettings)).rejects.toMatchObject({
      name: "InvalidInputError",
      message: expect.stringContaining(message),
    })
    expect(await sluice.listSchedules()).toEqual([])
  },
)

test.each(REFUSED)(
  "settings %j are refused in SQL, and nothing is stored",
  async (settings, message, messageInSql = message) => {
    const stored = database.rows("select sluice.set_schedule('schedule', $1)", [JSON.stringify(settings)])
    await expect(stored).rejects.toMatchObject({ message: expect.stringContaining(messageInSql) })
    expect(await sluice.listSchedules()).toEqual([])
  },
)

test("a payload that is nested too deep is refused", async () => {
  const payload = JSON.parse(`${"[".repeat(2_000)}${"]".repeat(2_000)}`)
  await expect(sluice.setSchedule("schedule", { ...hourly, payload })).rejects.toMatchObject({
    name: "InvalidInputError",
    message: "payload is nested too deep: give at most 1000 levels",
  })
})

test("two who set the same schedule at once both succeed", async () => {
  await Promise.all(Array.from({ length: 4 }, () => sluice.setSchedule("schedule", hourly)))
  expect(await sluice.listSchedules()).toHaveLength(1)
})

test("from SQL it is set in the caller's transaction", async () => {
  const client = await database.connect()
  await client.query("begin")
  await client.query(`select sluice.set_schedule('sql', '{"name": "mail", "cron": "0 8 * * MON"}')`)
  expect(await sluice.getSchedule("sql")).toBeUndefined()
  await client.query("commit")
  await client.end()
  expect(await sluice.getSchedule("sql")).toMatchObject({ cron: "0 8 * * MON", dynamic: true })
  const [{ id }] = await database.rows("select sluice.run_schedule('sql')::text as id")
  expect(await sluice.getJob(id)).toMatchObject({ name: "mail", state: "ready" })
})
