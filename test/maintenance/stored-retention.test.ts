import type { Duration } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { daily, daysAfter, daysFrom, finish, maintain, partitionsOf, today } from "./partitions.ts"

const database = await createDatabase()
const first = await today(database)

test("a schema keeps its history for 14 days", async () => {
  expect(await retention()).toBe(14)
})

test("the next maintenance applies the retention that migrate stored, and later ones without it keep it", async () => {
  for (const back of [-40, -36, -32, -28]) await maintain(database, daysAfter(first, back), "100 days") // 4 days each
  const days = [...daysFrom(daysAfter(first, -40), 16), ...daysFrom(first, 4)]
  expect(await partitionsOf(database, "finished")).toEqual(daily("finished", days))

  expect(await migrate(database.url, { retention: "30d" })).toEqual({ applied: [] })
  await migrate(database.url)
  await database.rows("select sluice.force_maintenance()")
  for (const parent of ["finished", "failures"] as const)
    expect(await partitionsOf(database, parent)).toEqual(daily(parent, days.slice(10)))
  expect(await retention()).toBe(30)
})

test("rows of a day without a partition are kept as long", async () => {
  await finish(database, 1, daysAfter(first, -50))
  await finish(database, 2, daysAfter(first, -20))
  await database.rows("select sluice.force_maintenance()")
  expect(await database.rows("select id::int from sluice.job_history")).toEqual([{ id: 2 }])
})

test.each([["23h"], [0], ["soon"], ["101000d"]])(
  "a retention of %s is refused, and nothing is migrated",
  async (length) => {
    await expect(migrate(database.url, { retention: length as Duration })).rejects.toMatchObject({
      code: "invalid_duration",
      path: ["migrate", "retention"],
      message: expect.stringMatching(/^migrate.retention is .*: give /),
    })
    expect(await retention()).toBe(30)
  },
)

test("so is one of less than a day in SQL", async () => {
  await expect(database.rows("update sluice.settings set retention = '23 hours'")).rejects.toThrow(
    "a_day_at_least",
  )
})

async function retention(): Promise<number> {
  const [row] = await database.rows(
    "select extract(epoch from retention)::float8 / 86400 as days from sluice.settings",
  )
  return row.days
}
