import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { daysAfter, maintain, today } from "./partitions.ts"

const ROWS_A_DAY = 50_000

const database = await createDatabase()
const first = await today(database)
const sluice = createSluice({ database: database.pool })

test("a finished job is found by its id in a few pages, whatever day and in whatever order it finished", async () => {
  await maintain(database, daysAfter(first, -3))
  for (let day = -3; day <= 0; day++) {
    // one id in ten is anywhere in its day
    await database.pool.query(
      `insert into sluice.finished (id, enqueued_at, run_at, finished_at, priority, attempts, state, name, queue, payload)
       select $1::bigint * $3 + case when n % 10 = 0 then n * 7919 % $3 else n end, $2, $2, $2, 0, 1, 'succeeded', 'any', 'default', '{}'
       from generate_series(1, $3) n`,
      [day + 4, daysAfter(first, day), ROWS_A_DAY],
    )
  }
  await database.pool.query("vacuum analyze sluice.finished") // summarises too, as autovacuum does by and by

  for (const id of [1, 2, 3, 4].map((day) => String(day * ROWS_A_DAY + 45_673))) {
    expect(await sluice.getJob(id)).toMatchObject({ id, state: "succeeded" })
    // of some 600 pages a day: a range of 32, the last range of each day, which is not summarised, and a false positive
    expect(await pagesOfLookup(id)).toBeLessThan(4 * 32 + 2 * 32)
  }
})

/** Pages of the history's tables, indexes aside. */
async function pagesOfLookup(id: string): Promise<number> {
  const session = await database.connect()
  await session.query("begin")
  await session.query("select * from sluice.states_of($1, '-infinity')", [[id]]) // plans and catalogue
  const fetched = `select sum(pg_stat_get_xact_blocks_fetched(inhrelid)) as pages from pg_inherits where inhparent = 'sluice.finished'::regclass`
  const before = Number((await session.query(fetched)).rows[0].pages)
  await session.query("select sluice.get_job($1)", [id])
  const after = Number((await session.query(fetched)).rows[0].pages)
  await session.query("rollback")
  await session.end()
  return after - before
}

test("an id that no job has is answered with undefined, and what is no id is refused", async () => {
  expect(await sluice.getJob("999999999")).toBeUndefined()
  expect(await sluice.getJob("0")).toBeUndefined()
  for (const id of ["", "abc", "-1", "1.5", "0x10", " 1", "281474976710656", "1".repeat(30)]) {
    await expect(sluice.getJob(id)).rejects.toMatchObject({
      name: "InvalidInputError",
      code: "invalid_id",
      path: ["id"],
    })
  }
})
