import pg from "pg"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { daily, daysAfter, daysFrom, maintain, partitionsOf, today } from "./partitions.ts"

const database = await createDatabase()
const first = await today(database)

test("while one session runs the maintenance, another skips it", {
  retry: 2, // on a busy machine
}, async () => {
  const other = new pg.Client({ connectionString: database.url })
  await other.connect()
  await other.query("begin")
  await other.query("select sluice.force_maintenance(p_now => $1)", [daysAfter(first, 1)])

  const beganAtMs = performance.now()
  await maintain(database, daysAfter(first, 5))
  expect(performance.now() - beganAtMs).toBeLessThan(150) // a wait for any lock would be 200 ms
  await other.query("commit")
  await other.end()
  expect(await partitionsOf(database, "finished")).toEqual(daily("finished", daysFrom(first, 5)))
})

test("of many at once all succeed, and the days are prepared once", async () => {
  const later = daysAfter(first, 10)
  await Promise.all(Array.from({ length: 8 }, () => maintain(database, later)))
  await maintain(database, later)
  expect((await partitionsOf(database, "finished")).slice(5)).toEqual(daily("finished", daysFrom(later, 4)))
})
