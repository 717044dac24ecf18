import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession, type Session } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { openTwoSessions } from "./two-sessions.ts"

const database = await createDatabase()

test("all who look at once see the same dead drainer, also while one of them reaps it", async () => {
  const { first, second } = await openTwoSessions(database)
  const dying = await openSession(database)
  await dying.end()

  await first.connection.query("begin")
  expect(await deadSeenBy(first)).toEqual([dying.drainerId])
  expect(await deadSeenBy(second), "while the first looks").toEqual([dying.drainerId])
  await first.connection.query("select sluice.reap($1, 100)", [first.drainerId])
  expect(await deadSeenBy(second), "while the first reaps").toEqual([dying.drainerId])
  await first.connection.query("commit")
  expect(await deadSeenBy(second)).toBeNull()
})

test("what a dead drainer had in flight is claimed by nobody before it is reaped", async () => {
  const { first, second } = await openTwoSessions(database)
  const { id } = await createSluice({ database: database.pool }).enqueue("any", {})
  await first.claim("any")
  await first.end()

  expect(await second.claim("any")).toEqual([])
  expect(
    await claimOnItsWay(second),
    "without the rows in claims, which a look from the start reads",
  ).toEqual([])
  await second.connection.query("select sluice.reap($1, 100)", [second.drainerId])
  expect(await second.claim("any")).toEqual([{ id, fence: 1 }])
})

test("a drainer that closes is not taken for dead before its end is committed, nor after", async () => {
  const { first, second } = await openTwoSessions(database)
  await first.connection.query("begin")
  await first.connection.query("select sluice.close_drainer($1, $2, '{any}', '{}')", [
    first.drainerId,
    first.backendPid,
  ])
  expect(await deadSeenBy(second)).toBeNull()
  await first.connection.query("commit")
  await first.end()
  expect(await deadSeenBy(second)).toBeNull()
})

/** A claim that doesn't look from the start, and tries the lock of each job. */
async function claimOnItsWay({ connection, drainerId, backendPid }: Session): Promise<unknown[]> {
  const { rows } = await connection.query(
    `select jobs from sluice.claim($1, $2, 100, '{any}', '(-2147483648,-infinity,0)', '{}', '{}', p_last_claim => null, p_looked_ms_ago => -1)`,
    [drainerId, backendPid],
  )
  return rows[0].jobs
}

async function deadSeenBy({ connection, drainerId }: Session): Promise<number[] | null> {
  return (await connection.query("select dead from sluice.dead_drainers($1)", [drainerId])).rows[0].dead
}
