import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { daily, daysAfter, daysFrom, finish, maintain, partitionsOf, placesOf, today } from "./partitions.ts"

const database = await createDatabase()
const first = await today(database)

test("migrate prepares a partition for today and each of the next three days", async () => {
  for (const parent of ["finished", "failures"] as const) {
    expect(await partitionsOf(database, parent)).toEqual(daily(parent, daysFrom(first, 4)))
  }
})

test("a row goes to the partition of its UTC day, and to the default one where none is prepared", async () => {
  const tomorrow = daysAfter(first, 1)
  await finish(database, 1, new Date(tomorrow.getTime() - 1))
  await finish(database, 2, tomorrow)
  await finish(database, 3, daysAfter(first, 9))

  for (const parent of ["finished", "failures"] as const) {
    const [day, next] = daily(parent, [first, tomorrow])
    expect(await placesOf(database, parent)).toEqual([
      [1, day?.name],
      [2, next?.name],
      [3, `${parent}_default`],
    ])
  }
})

test("maintain prepares the days that are missing, and does nothing where none is", async () => {
  await maintain(database, daysAfter(first, 2))
  const oids = "select array_agg(inhrelid order by inhrelid) as oids from pg_inherits"
  const before = await database.rows(oids)
  for (const parent of ["finished", "failures"] as const) {
    expect(await partitionsOf(database, parent)).toEqual(daily(parent, daysFrom(first, 6)))
  }
  await maintain(database, daysAfter(first, 2))
  expect(await database.rows(oids)).toEqual(before)
})

test("rows that had to go to the default partition are moved when their day is prepared", async () => {
  await finish(database, 4, new Date(daysAfter(first, 10).getTime() - 1)) // the same day's last moment
  await finish(database, 5, daysAfter(first, 30)) // a day that stays unprepared
  await maintain(database, daysAfter(first, 9))

  for (const parent of ["finished", "failures"] as const) {
    const [ninth] = daily(parent, [daysAfter(first, 9)])
    expect((await placesOf(database, parent)).slice(2)).toEqual([
      [3, ninth?.name],
      [4, ninth?.name],
      [5, `${parent}_default`],
    ])
  }
})
