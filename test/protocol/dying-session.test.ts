import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

test("a job whose lock a dying session still holds is not taken over yet", async () => {
  const database = await createDatabase()
  const { id } = await createSluice({ database: database.pool }).enqueue("any", {})
  const [dying, reaping] = [await openSession(database), await openSession(database)]
  await dying.claim("any")
  // the server frees the locks of a session that ends one after the other
  await dying.connection.query("select pg_advisory_unlock(sluice.lock_space('drainer'), $1)", [
    dying.drainerId,
  ])
  const reap = () => reaping.connection.query("select * from sluice.reap($1, 100)", [reaping.drainerId])

  expect((await reap()).rows).toEqual([{ reaped: 0, more: true }])
  expect(await database.rows("select id::text, fence from sluice.jobs")).toEqual([{ id, fence: 0 }])
  await dying.end()
  expect((await reap()).rows).toEqual([{ reaped: 1, more: false }])
  await reaping.end()
})
