import { type Connection, SCHEMA_VERSION } from "@sluice/core"
import { afterAll, beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

// However many jobs are to be moved at once, a claim moves a set of them, so that none takes long.

const STORM = 3_000
const SET = 500

const database = await createDatabase()
const session: Connection = await database.connect()
const { id, backend_pid } = (
  await session.query("select * from sluice.open_drainer($1, 10, 'test', 60000)", [SCHEMA_VERSION])
).rows[0]

beforeEach(async () => {
  await database.pool.query("truncate sluice.jobs")
  await database.pool.query("delete from sluice.pauses")
  await database.pool.query("update sluice.ticks set ticked_at = '-infinity'")
})
afterAll(() => session.end())

test.each([
  ["that come due", "'job'", "'scheduled'", "'default'"],
  ["of a name that nobody knows", "'unknown'", "'ready'", "'default'"],
  ["of a paused queue", "'job'", "'ready'", "'paused'"],
  ["of a queue that was resumed", "'job'", "'paused'", "'resumed'"],
  ["of a name that is known again", "'job'", "'unknown'", "'default'"],
  [
    "of all kinds",
    "(array['job', 'unknown'])[i % 2 + 1]",
    "(array['ready', 'scheduled'])[i % 2 + 1]",
    "(array['default', 'paused'])[i / 2 % 2 + 1]",
  ],
])(
  "of thousands of jobs %s, a claim moves a set, and the next ones the others",
  async (_, name, state, queue) => {
    await database.pool.query("insert into sluice.pauses (kind, target) values ('queue', 'paused')")
    await database.pool.query(
      `insert into sluice.jobs (name, state, queue, run_at)
     select ${name}, ${state}, ${queue}, now() - interval '1 hour' from generate_series(1, ${STORM}) i`,
    )
    const moved: number[] = []
    for (let claims = 0; claims < STORM / SET; claims++) moved.push(await rowsMovedByClaim())

    for (const count of moved) expect(count).toBeLessThanOrEqual(SET * 2)
    expect(moved[0]).toBeGreaterThanOrEqual(SET)
  },
)

async function rowsMovedByClaim(): Promise<number> {
  const before = await rowsMoved()
  await session.query("select sluice.claim($1, $2, 1, '{job}', null, '{}', '{}')", [id, backend_pid])
  return (await rowsMoved()) - before
}

async function rowsMoved(): Promise<number> {
  await session.query("select pg_stat_force_next_flush()")
  const { rows } = await session.query(
    "select n_tup_upd::int as moved from pg_stat_all_tables where relid = 'sluice.jobs'::regclass",
  )
  return rows[0].moved
}
