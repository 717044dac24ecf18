import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

test("of two who count the drainers awake at once, neither takes the other for a drainer", async () => {
  const database = await createDatabase()
  const dead = await openSession(database)
  await dead.end()
  await createSluice({ database: database.pool }).enqueue("any", {})

  // in the middle of its count
  const counting = await database.connect()
  const key = "sluice.lock_space('awake'), $1"
  await counting.query(`select pg_advisory_lock_shared(${key})`, [dead.drainerId])
  expect(
    await database.rows(
      "select sluice.count_awake() as awake, sluice.request_wake(p_names => '{any}')::text <> '[]' as is_needed",
    ),
  ).toEqual([{ awake: 0, is_needed: true }])
  await counting.end()
})
