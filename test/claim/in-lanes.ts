import { setTimeout as wait } from "node:timers/promises"
import { expect, onTestFinished } from "vitest"
import { openSession, type Session } from "../settle/session.ts"
import type { TestDatabase } from "../support/database.ts"

/** Locks of lanes. */
export const LANES =
  "select from pg_locks where locktype = 'advisory' and classid::bigint = sluice.lock_space('lane')::bigint & 4294967295 and database = (select oid from pg_database where datname = current_database())"

/** Its drainer has asked for a lane in vain. */
export const STANDING_BY =
  "select from pg_stat_activity where datname = current_database() and query like '%enter_lane%' and query not like '%by hand%' and state = 'idle' and pid <> pg_backend_pid()"

/** Drainers that live, each with a lane of the name noop. */
export async function openInLanes(database: TestDatabase): Promise<Session[]> {
  const sessions = await Promise.all(Array.from({ length: 4 }, () => openSession(database)))
  onTestFinished(async () => void (await Promise.all(sessions.map((session) => session.end()))))
  for (const { connection, backendPid } of sessions) {
    const { rows } = await connection.query(
      "select * from sluice.enter_lane($1, '{noop}', 4, 100) -- by hand",
      [backendPid],
    )
    expect(rows).toEqual([{ lane: expect.any(Number), is_busy: false }])
  }
  return sessions
}

/** Leaves a row in claims every 100 ms, as those would who have a lane; of up to 100 jobs, as those would who have none. */
export async function claimNowAndThen(
  database: TestDatabase,
  count = 101,
): Promise<{ end(): Promise<void> }> {
  const ended = new AbortController()
  const note = () =>
    database.pool.query(
      `insert into sluice.claims (id, drainer_id, scope, job_ids, fences)
       values (nextval('sluice.claim_ids'), (select min(id) from sluice.drainers), hashtext(concat('{noop}'::text[], null)), $1, $2)`,
      [Array.from({ length: count }, (_, place) => -1 - place), new Array(count).fill(0)],
    )
  await note()
  const noting = (async () => {
    while (!ended.signal.aborted) {
      await note()
      await wait(100, undefined, { signal: ended.signal }).catch(() => {})
    }
  })()
  const end = async () => {
    ended.abort()
    await noting
  }
  onTestFinished(end)
  return { end }
}
