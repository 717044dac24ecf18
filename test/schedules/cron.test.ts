import { defineJob, defineSchedule } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { BAD_CRON_STRINGS, CRON_STRINGS } from "./cron-strings.ts"
import { scheduleFrom, tickAt, ticksOf } from "./schedules.ts"

const database = await createDatabase()
const job = defineJob({ name: "job", perform() {} })

test.each(CRON_STRINGS)(
  "$cron ($from) has the ticks that its author expects",
  async ({ cron, zone, after, ticks }) => {
    const [{ found }] = await database.rows(
      "select to_json(sluice.cron_ticks(sluice.parse_cron($1), $2, $3, 'infinity', $4)) as found",
      [cron, zone ?? "UTC", after ?? "2027-02-10T10:30:00Z", ticks.length],
    )
    expect(found.map((tick: string) => new Date(tick).toISOString().replace(".000", ""))).toEqual(ticks)
    expect(defineSchedule("schedule", { job, cron }).settings).toEqual({ cron })
  },
)

test.each(BAD_CRON_STRINGS)("%j is refused at character %i: %s", async (cron, at, message) => {
  const inSql = await database.rows("select sluice.parse_cron($1)", [cron]).catch((error) => error.message)
  expect(inSql).toContain(`cron is ${JSON.stringify(cron)}, and at character ${at} `)
  expect(inSql).toContain(message)
  expect(() => defineSchedule("schedule", { job, cron })).toThrow(
    expect.objectContaining({ code: "invalid_option", path: ["cron"], message: inSql }),
  )
})

test("a schedule with an end has all of its ticks up to there, and none is after the year 9999", async () => {
  await database.rows("select sluice.set_schedule('leap', $1)", [
    { name: "job", cron: "0 3 29 2 *", endsAt: "2100-01-01T00:00:00Z" },
  ])
  const [{ upcoming }] = await database.rows(
    "select cardinality(upcoming) as upcoming from sluice.schedules where key = 'leap'",
  )
  expect(upcoming).toBe(16)
  for (const timing of [{ every: "36500d" }, { cron: "0 0 1 1 *" }]) {
    const settings = { name: "job", startsAt: "9998-06-01T00:00:00Z", ...timing }
    const [{ next }] = await database.rows("select sluice.set_schedule('last', $1)->'next' as next", [
      settings,
    ])
    expect(next).toHaveLength(1)
  }
})

test("a time zone that the server no longer knows stops its schedule alone", async () => {
  const settings = { name: "job", cron: "0 3 * * *" }
  await scheduleFrom(database, "gone", settings, "2027-03-01T00:00Z")
  await scheduleFrom(database, "there", settings, "2027-03-01T00:00Z")
  await database.rows(
    "update sluice.schedules set time_zone = 'Mars/Base', upcoming = upcoming[:1] where key = 'gone'",
  )
  await tickAt(database, "2027-03-01T03:00Z")
  expect(await ticksOf(database, "there")).toEqual(["2027-03-01T03:00 enqueued"])
  expect(await ticksOf(database, "gone")).toEqual(["2027-03-01T03:00 enqueued"])
  const get = "select json_array_length(sluice.get_schedule('gone')->'next') as next"
  expect(await database.rows(get)).toEqual([{ next: 0 }])
  await database.rows("update sluice.schedules set time_zone = 'UTC' where key = 'gone'")
  await database.rows("select sluice.set_schedule('gone', $1)", [settings])
  expect(await database.rows(get)).toEqual([{ next: 5 }])
})

test("a cron expression of over 1,000 characters is refused before it is read", async () => {
  const cron = `${"*,".repeat(50_000)}* * * * *`
  const message = expect.stringContaining("at character 1001 it is too long: give up to 1000 characters")
  expect(() => defineSchedule("schedule", { job, cron })).toThrow(expect.objectContaining({ message }))
  await expect(database.rows("select sluice.parse_cron($1)", [cron])).rejects.toMatchObject({ message })
})

test("a day that never comes is refused", async () => {
  const refused = database.rows("select sluice.set_schedule('never', $1)", [
    { name: "job", cron: "0 3 30 2 *" },
  ])
  await expect(refused).rejects.toThrow('cron is "0 3 30 2 *", and at character 5 the day never comes')
})
