import { type Connection, SCHEMA_VERSION } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const JOBS = 100_000
const IN_FLIGHT = 500

test.each([
  ["as they are", "vacuum analyze sluice.jobs"],
  ["of an empty table", "alter table sluice.jobs set (autovacuum_enabled = off)"],
])(
  "however deep the backlog is, reaping and asking for help read a part of it, with statistics %s",
  async (_what, statistics) => {
    const database = await createDatabase()
    await database.pool.query(statistics)
    await database.pool.query(
      "insert into sluice.jobs (name, state) select 'noop', 'ready' from generate_series(1, $1)",
      [JOBS],
    )
    await database.pool.query(statistics)
    const [dead, living] = [await database.connect(), await database.connect()]
    await claim(dead, await openDrainer(dead))
    await dead.end()

    const drainer = await openDrainer(living)
    await living.query("set statement_timeout to '5s'")
    expect(await rowsRead(living, () => claim(living, drainer))).toBeLessThan(20 * IN_FLIGHT)
    const reap = () => living.query("select * from sluice.reap($1, $2)", [drainer.id, IN_FLIGHT])
    expect(await rowsRead(living, reap)).toBeLessThan(20 * IN_FLIGHT)
    const askForHelp = () => living.query("select sluice.plan_scale_out($1, '{noop}', 20, 10)", [drainer.id])
    expect(await rowsRead(living, askForHelp)).toBeLessThan(20_000)
    await living.end()
  },
)

interface OpenDrainer {
  readonly id: number
  readonly backend_pid: number
}

async function openDrainer(session: Connection): Promise<OpenDrainer> {
  const { rows } = await session.query("select * from sluice.open_drainer($1, 10, 'test')", [SCHEMA_VERSION])
  return rows[0]
}

function claim(session: Connection, { id, backend_pid }: OpenDrainer) {
  const statement = "select from sluice.claim($1, $2, $3, '{noop}', null, '{}', '{}')"
  return session.query(statement, [id, backend_pid, IN_FLIGHT])
}

/** Of the jobs' table, by scans of whatever kind. */
async function rowsRead(session: Connection, work: () => Promise<unknown>): Promise<number> {
  await session.query("begin")
  await work()
  const { rows } = await session.query(
    "select seq_tup_read + coalesce(idx_tup_fetch, 0) as read from pg_stat_xact_user_tables where relname = 'jobs'",
  )
  await session.query("commit")
  return Number(rows[0].read)
}
