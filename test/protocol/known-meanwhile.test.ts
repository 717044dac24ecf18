import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

test("a drainer that closes sees a job of a name it knows that was held as unknown after its last look", async () => {
  const database = await createDatabase()
  const leaving = await openSession(database)
  expect(await leaving.claim("retired")).toEqual([])
  await createSluice({ database: database.pool }).enqueue("retired", {})
  await database.pool.query("update sluice.jobs set state = 'unknown'")

  const close = "select due from sluice.close_drainer($1, $2, '{retired}', '{}')"
  const { rows } = await leaving.connection.query(close, [leaving.drainerId, leaving.backendPid])
  expect(rows).toEqual([{ due: true }])
  await leaving.end()
})
