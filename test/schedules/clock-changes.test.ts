import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

// Clocks: Berlin 02:00 to 03:00 on 2027-03-28 and 03:00 to 02:00 on 2027-10-31; New York 02:00 to 03:00 on 2027-03-14 and
// 02:00 to 01:00 on 2027-11-07; Lord Howe Island by half an hour, 02:00 to 02:30 on 2027-10-03 and 02:00 to 01:30 on 2027-04-04.

const database = await createDatabase()

test.each([
  ["Europe/Berlin", "30 2 * * *", "2027-03-27T12:00Z", ["03-28T01:00", "03-29T00:30"]],
  ["America/New_York", "30 2 * * *", "2027-03-13T12:00Z", ["03-14T07:00", "03-15T06:30"]],
  ["Australia/Lord_Howe", "15 2 * * *", "2027-10-02T12:00Z", ["10-02T15:30", "10-03T15:15"]],
])("in %s a daily time that the clocks leave out comes once, right after the gap: %s", expectTicks)

test.each([
  ["Europe/Berlin", "30 2 * * *", "2027-10-30T12:00Z", ["10-31T00:30", "11-01T01:30"]],
  ["America/New_York", "30 1 * * *", "2027-11-06T12:00Z", ["11-07T05:30", "11-08T06:30"]],
  ["Australia/Lord_Howe", "45 1 * * *", "2027-04-03T12:00Z", ["04-03T14:45", "04-04T15:15"]],
])("in %s a daily time that the clocks show twice comes once, the first time: %s", expectTicks)

test.each([
  ["Europe/Berlin", "0 * * * *", "2027-03-28T00:00Z", ["03-28T01:00", "03-28T02:00", "03-28T03:00"]],
  ["America/New_York", "30 * * * *", "2027-03-14T06:00Z", ["03-14T06:30", "03-14T07:30", "03-14T08:30"]],
  ["Europe/Berlin", "0 * * * *", "2027-10-30T23:30Z", ["10-31T00:00", "10-31T01:00", "10-31T02:00"]],
  ["America/New_York", "30 * * * *", "2027-11-07T05:00Z", ["11-07T05:30", "11-07T06:30", "11-07T07:30"]],
  ["Australia/Lord_Howe", "0 * * * *", "2027-04-03T13:30Z", ["04-03T14:00", "04-03T15:30", "04-03T16:30"]],
  ["Australia/Lord_Howe", "45 * * * *", "2027-04-03T14:00Z", ["04-03T14:45", "04-03T15:15", "04-03T16:15"]],
  ["Australia/Lord_Howe", "0 * * * *", "2027-10-02T14:00Z", ["10-02T14:30", "10-02T16:00", "10-02T17:00"]],
])("in %s an hourly schedule follows the hours that pass: %s after %s", expectTicks)

test.each([
  ["Europe/Berlin", "2027-03-28T00:58Z"],
  ["Europe/Berlin", "2027-10-31T00:58Z"],
  ["America/New_York", "2027-03-14T06:58Z"],
  ["America/New_York", "2027-11-07T05:58Z"],
  ["Australia/Lord_Howe", "2027-04-03T14:58Z"],
  ["Australia/Lord_Howe", "2027-10-02T15:28Z"],
])("in %s a schedule of every minute has each minute once around %s", async (zone, after) => {
  const ticks = await ticksOf("* * * * *", zone, after, 125)
  const first = Date.parse(after) + 60_000
  expect(ticks).toEqual(ticks.map((_, minute) => new Date(first + minute * 60_000).toISOString()))
})

test("times of a gap come together as one tick, and the hour after it is not lost", async () => {
  await expectTicks("Europe/Berlin", "*/15 2,3 * * *", "2027-03-28T00:00Z", [
    "03-28T01:00",
    "03-28T01:15",
    "03-28T01:30",
    "03-28T01:45",
    "03-29T00:00",
  ])
})

test("every minute of an hour that the clocks show twice comes once", async () => {
  const ticks = await ticksOf("* 2 * * *", "Europe/Berlin", "2027-10-30T12:00Z", 61)
  expect(ticks[0]).toBe("2027-10-31T00:00:00.000Z")
  expect(ticks[59]).toBe("2027-10-31T00:59:00.000Z")
  expect(ticks[60]).toBe("2027-11-01T01:00:00.000Z")
})

async function expectTicks(zone: string, cron: string, after: string, expected: string[]): Promise<void> {
  const ticks = await ticksOf(cron, zone, after, expected.length)
  expect(ticks.map((tick) => tick.slice(5, 16))).toEqual(expected)
}

async function ticksOf(cron: string, zone: string, after: string, count: number): Promise<string[]> {
  const [{ ticks }] = await database.rows(
    "select to_json(sluice.cron_ticks(sluice.parse_cron($1), $2, $3, 'infinity', $4)) as ticks",
    [cron, zone, after, count],
  )
  return ticks.map((tick: string) => new Date(tick).toISOString())
}
