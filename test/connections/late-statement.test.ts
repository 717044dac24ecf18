import { createPool } from "@sluice/core/pg"
import { afterAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

// A page that asks for too much is reloaded by its reader: what it has asked for must not go on in the database.
const database = await createDatabase()
const pool = createPool(database.url, { max: 2, answerWithinMs: 200 })
afterAll(() => pool.end())

test("a statement that takes too long is canceled on the server, and the pool goes on", async () => {
  const late = await Promise.allSettled(Array.from({ length: 6 }, () => pool.query("select pg_sleep(60)")))

  expect(late.map((each) => each.status === "rejected" && each.reason.code)).toEqual(Array(6).fill("57014"))
  expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }])
  await eventually(async () => {
    const running = await database.rows(
      "select query from pg_stat_activity where datname = current_database() and query like 'select pg_sleep%' and state = 'active'",
    )
    expect(running).toEqual([])
  })
})
