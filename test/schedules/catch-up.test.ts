import type { ScheduleSettings } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { scheduleFrom, tickAt, ticksOf } from "./schedules.ts"

const database = await createDatabase()
const daily = { name: "report", cron: "0 3 * * *" }
let keys = 0

test("skip: ticks that nobody was there for are given up, and one that is a moment late is not", async () => {
  const skip = { ...daily, catchUp: "skip" } as const
  expect(await missed(skip, "2027-03-04T10:00Z")).toEqual(["2027-03-04T03:00 missed"])
  expect(await missed(skip, "2027-03-04T03:01:30Z")).toEqual(["2027-03-04T03:00 enqueued"])
  const within = { ...daily, catchUp: { policy: "skip", within: "8h" } } as const
  expect(await missed(within, "2027-03-04T10:00Z")).toEqual(["2027-03-04T03:00 enqueued"])
  const short = { ...daily, catchUp: { policy: "skip", within: "10s" } } as const
  expect(await missed(short, "2027-03-02T03:00:30Z")).toEqual(["2027-03-02T03:00 missed"])
})

test("once: one job stands for all missed ticks, if the last of them isn't too old", async () => {
  expect(await missed(daily, "2027-03-04T10:00Z")).toEqual(["2027-03-04T03:00 enqueued"])
  expect(await missed({ ...daily, cron: "* * * * *" }, "2027-03-04T10:00:20Z")).toEqual([
    "2027-03-04T10:00 enqueued",
  ])
  const within = { ...daily, catchUp: { policy: "once", within: "2h" } } as const
  expect(await missed(within, "2027-03-04T10:00Z")).toEqual(["2027-03-04T03:00 missed"])
  expect(await missed(within, "2027-03-04T04:59Z")).toEqual(["2027-03-04T03:00 enqueued"])
})

test("all: each missed tick has its job, of a day, or as far back as it says", async () => {
  expect(await missed({ ...daily, catchUp: "all" }, "2027-03-04T02:00Z")).toEqual([
    "2027-03-03T03:00 enqueued",
  ])
  const within = { ...daily, catchUp: { policy: "all", within: "7d" } } as const
  expect(await missed(within, "2027-03-04T10:00Z")).toEqual([
    "2027-03-02T03:00 enqueued",
    "2027-03-03T03:00 enqueued",
    "2027-03-04T03:00 enqueued",
  ])
})

test("all: thousands come in sets, and none is left out", async () => {
  const everyMinute = { ...daily, cron: "* * * * *", catchUp: "all" } as const
  const ticks = await missed(everyMinute, "2027-03-02T12:00Z")
  expect(ticks.length).toBe(720)
  expect(ticks[0]).toBe("2027-03-02T00:01 enqueued")
})

test("the ticks that follow are not caught up twice", async () => {
  const key = `key-${keys}`
  await missed(daily, "2027-03-04T10:00Z")
  await tickAt(database, "2027-03-05T03:00Z")
  expect(await ticksOf(database, key)).toEqual(["2027-03-04T03:00 enqueued", "2027-03-05T03:00 enqueued"])
})

test("a schedule of every second that nobody drained for a year is looked at in no time", async () => {
  const startedAtMs = performance.now()
  expect(await missed({ ...daily, cron: "* * * * * *" }, "2028-03-04T10:00:00.500Z", 61)).toHaveLength(60)
  expect(performance.now() - startedAtMs).toBeLessThan(5_000)
})

test("an interval of years doesn't count beyond the time that the database knows", async () => {
  expect(await missed({ name: "report", every: "1500d" }, "2200-01-01T00:00Z")).toEqual([
    "2199-12-26T00:00 enqueued",
  ])
})

/** What becomes of the ticks since 2027-03-02, if the first look is then. */
async function missed(settings: ScheduleSettings, at: string, most = 5): Promise<string[]> {
  const key = `key-${keys++}`
  await scheduleFrom(database, key, settings, "2027-03-02T00:00Z")
  for (let look = 0; look < most && (await tickAt(database, at)); look++);
  const ticks = await ticksOf(database, key)
  return ticks
}
