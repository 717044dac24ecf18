import { createSluice, type Queryable } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

test("a drainer that leaves between the two statements of an enqueue sees the job, or another one is woken", async () => {
  const database = await createDatabase()
  const leaving = await openSession(database)
  let statements = 0
  let seesWork = false
  let isWoken = false
  const between: Queryable = {
    async query(text, values) {
      if (++statements === 2) {
        const close = "select due from sluice.close_drainer($1, $2, '{any}', '{}')"
        const { rows } = await leaving.connection.query(close, [leaving.drainerId, leaving.backendPid])
        seesWork = rows[0].due
      }
      return database.pool.query(text, values as unknown[])
    },
  }
  const wake = async () => {
    isWoken = true
  }

  await createSluice({ database: between, wake }).enqueue("any", {})

  expect(statements).toBe(2)
  expect(seesWork || isWoken).toBe(true)
  await leaving.end()
})
