import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"
import { daily, daysAfter, daysFrom, finish, maintain, partitionsOf, placesOf, today } from "./partitions.ts"

const database = await createDatabase()
const first = await today(database)
const { sluice, drainOnce } = drainable(database, [defineJob({ name: "any", perform() {} })])

test("a partition is dropped with its rows when its whole day is longer ago than the retention", async () => {
  const oldest = daysAfter(first, -16)
  for (const day of [oldest, daysAfter(first, -12)]) await maintain(database, day, "100 days") // 4 days each
  const days = [...daysFrom(oldest, 8), ...daysFrom(first, 4)]
  for (const [place, day] of days.entries()) await finish(database, place + 1, day)
  expect(await partitionsOf(database, "finished")).toEqual(daily("finished", days))

  await maintain(database) // 14 days: of the 16th and 15th day before today all rows are older
  for (const parent of ["finished", "failures"] as const) {
    expect(await partitionsOf(database, parent)).toEqual(daily(parent, days.slice(2)))
    expect((await placesOf(database, parent)).map(([id]) => id)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  }
  expect(await sluice.getJob("2")).toBeUndefined()
  expect(await sluice.getJob("3")).toMatchObject({
    id: "3",
    state: "succeeded",
    errors: [{ message: "failed" }],
  })
})

test("the retention is maintain's to be told", async () => {
  await maintain(database, first, "9 days")
  expect((await partitionsOf(database, "finished"))[0]).toEqual(daily("finished", [daysAfter(first, -9)])[0])
})

test("drainers that ended more than a day ago are forgotten, those that live are not", async () => {
  await drainOnce()
  await database.pool.query(`
    insert into sluice.drainers (id, slot, backend_pid, label, started_at, ended_at, ending)
    values (901, 1, 1, 'long ago', now() - interval '16 days', now() - interval '25 hours', 'closed'),
           (902, 1, 1, 'lately', now() - interval '13 days', now() - interval '23 hours', 'died'),
           (903, 1, 1, 'not ended', now() - interval '16 days', null, null)`)
  await maintain(database)
  expect(await database.rows("select label from sluice.drainers where id > 900 order by id")).toEqual([
    { label: "lately" },
    { label: "not ended" },
  ])
})

test("a drain runs this maintenance when it starts, as much as it has time for", async () => {
  await maintain(database, daysAfter(first, -20), "100 days")
  await eventually(async () => {
    await drainOnce()
    expect((await partitionsOf(database, "finished"))[0]).toEqual(
      daily("finished", [daysAfter(first, -9)])[0],
    )
  })
})
