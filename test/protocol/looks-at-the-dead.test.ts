import { afterEach, expect, test } from "vitest"
import { openSession, type Session } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
afterEach(() => database.pool.query("delete from sluice.drainers"))

test("all who look at once see the same dead drainer, also while one of them reaps it", async () => {
  const dying = await openSession(database)
  await dying.end()
  const [first, second] = [await openSession(database), await openSession(database)]

  await first.connection.query("begin")
  expect(await deadSeenBy(first)).toEqual([dying.drainerId])
  expect(await deadSeenBy(second), "while the first looks").toEqual([dying.drainerId])
  await first.connection.query("select sluice.reap($1, 100)", [first.drainerId])
  expect(await deadSeenBy(second), "while the first reaps").toEqual([dying.drainerId])
  await first.connection.query("commit")
  expect(await deadSeenBy(second)).toBeNull()
  await Promise.all([first.end(), second.end()])
})

test("a drainer that closes is not taken for dead before its end is committed, nor after", async () => {
  const [closing, looking] = [await openSession(database), await openSession(database)]
  await closing.connection.query("begin")
  await closing.connection.query("select sluice.close_drainer($1, $2, '{any}', '{}')", [
    closing.drainerId,
    closing.backendPid,
  ])
  expect(await deadSeenBy(looking)).toBeNull()
  await closing.connection.query("commit")
  await closing.end()
  expect(await deadSeenBy(looking)).toBeNull()
  await looking.end()
})

async function deadSeenBy({ connection, drainerId }: Session): Promise<number[] | null> {
  return (await connection.query("select sluice.dead_drainers($1) as dead", [drainerId])).rows[0].dead
}
