import { type Connection, defineJob, SCHEMA_VERSION } from "@sluice/core"
import { afterAll, beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { countdown, drainable } from "../support/drain.ts"

// A million jobs of another pool, or of a paused queue, may lie ahead of those that a drainer can claim.

const AHEAD = 25_000
/** Rows that a look reads at most: twice 10,000, to see where it has ended, and those of a tick. */
const MOST_READ = 2 * 10_000 + 1_000

const database = await createDatabase()
const session = await database.connect()
const drainer = await open(session)

beforeEach(async () => {
  await database.pool.query("truncate sluice.jobs")
  await database.pool.query("delete from sluice.pauses")
  await database.pool.query(
    "insert into sluice.definitions (name) values ('elsewhere') on conflict (name) do update set seen_at = now()",
  )
})
afterAll(() => session.end())

test("a look past jobs of names that the drainer doesn't perform ends after some of them, and the next continues there", async () => {
  await store(AHEAD, { name: "elsewhere", ago: "1 hour" })
  const [known] = await store(1)

  const first = await claim(null)
  expect(first).toMatchObject({ ids: [], more: true })
  expect(first.rowsRead).toBeLessThan(MOST_READ)
  const second = await claim(first.resume_after)
  expect(second).toMatchObject({ ids: [], more: true })
  const third = await claim(second.resume_after)
  expect(third).toMatchObject({ ids: [known], more: false })
})

test("a look from the start on the way is a detour: it finds what is urgent, and the way continues where it was", async () => {
  await store(AHEAD, { name: "elsewhere", ago: "1 hour" })
  const passed = (await claim((await claim(null)).resume_after)).resume_after
  const [urgent] = await store(1, { priority: -1 })
  const [known] = await store(1)

  const detour = await claim(passed, true)
  expect(detour).toMatchObject({ ids: [urgent], more: true, resume_after: passed })
  expect(await claim(detour.resume_after)).toMatchObject({ ids: [known], more: false })
})

test("jobs of a paused queue are passed over in the same way, and neither locked nor written", async () => {
  await database.pool.query("insert into sluice.pauses (kind, target) values ('queue', 'paused')")
  await store(5_000, { queue: "paused", ago: "1 hour" })
  const ids = await store(3)

  const before = await rowsWritten()
  const look = await claim("(0,-infinity,0)")
  expect(look).toMatchObject({ ids, more: false })
  expect(await rowsWritten()).toBe(before)
})

test("a drain performs what lies behind, and ends", async () => {
  const { drainOnce } = drainable(database, [defineJob({ name: "known", perform() {} })])
  await store(AHEAD, { name: "elsewhere", ago: "1 hour" })
  await store(700)

  expect(await drainOnce()).toMatchObject({ succeeded: 700, dueWork: false })
  expect(await database.rows("select state, count(*)::int from sluice.jobs group by 1")).toEqual([
    { state: "ready", count: AHEAD },
  ])
})

test("a drain looks at what lies between although others always claim new jobs behind it", async () => {
  const { drainOnce } = drainable(database, [defineJob({ name: "known", perform() {} })])
  await store(AHEAD, { name: "elsewhere", ago: "1 hour" })
  await store(1, { ago: "1 minute" })
  const connect = async () => {
    const connection = await database.connect()
    const query = connection.query.bind(connection) as (...parameters: unknown[]) => Promise<unknown>
    const led = async (...parameters: unknown[]) => {
      await database.pool.query(`
        insert into sluice.claims (id, drainer_id, scope, looked_at, ended_at, job_ids, fences)
        select nextval('sluice.claim_ids'), 0, pg_catalog.hashtext('{known}'), now(), (0, now(), 0)::sluice.job_position, '{0}', '{0}'`)
      return query(...parameters)
    }
    return Object.assign(connection, { query: led }) as Connection
  }
  expect(await drainOnce({ connect, remainingMs: countdown(15_000) })).toMatchObject({ succeeded: 1 })
})

async function open(connection: Connection): Promise<{ id: number; backend_pid: number }> {
  const definitions = JSON.stringify([{ name: "known" }])
  const { rows } = await connection.query("select * from sluice.open_drainer($1, 10, 'test', 60000, $2)", [
    SCHEMA_VERSION,
    definitions,
  ])
  return rows[0]
}

let lastClaim = "0"

/** A claim behind a place, or from the start; as a `detour`, from the start though it knows a place. */
async function claim(resumeAfter: string | null, isDetour = false) {
  if (isDetour) await session.query("update sluice.claims set looked_at = looked_at - interval '5 seconds'")
  const before = await rowsRead()
  const { rows } = await session.query(
    `select * from sluice.claim($1, $2, 500, '{known}', $3, '{}', '{}', p_last_claim => $4, p_looked_ms_ago => $5)`,
    [drainer.id, drainer.backend_pid, resumeAfter, lastClaim, isDetour ? 5_000 : 0],
  )
  const [{ jobs, more, resume_after, claim_id }] = rows as [Claimed]
  lastClaim = claim_id ?? lastClaim
  return { ids: jobs.map(([id]) => String(id)), more, resume_after, rowsRead: (await rowsRead()) - before }
}

interface Claimed {
  jobs: [number][]
  more: boolean
  resume_after: string
  claim_id: string | null
}

/** Rows of `jobs` that the session has read from the table so far. */
async function rowsRead(): Promise<number> {
  await session.query("select pg_stat_force_next_flush()")
  const { rows } = await session.query(
    "select idx_tup_fetch from pg_stat_all_tables where relid = 'sluice.jobs'::regclass",
  )
  return Number(rows[0].idx_tup_fetch)
}

async function rowsWritten(): Promise<number> {
  await session.query("select pg_stat_force_next_flush()")
  const { rows } = await session.query(
    "select n_tup_upd from pg_stat_all_tables where relid = 'sluice.jobs'::regclass",
  )
  return Number(rows[0].n_tup_upd)
}

async function store(
  count: number,
  { name = "known", queue = "default", priority = 0, ago = "0" } = {},
): Promise<string[]> {
  const rows = await database.rows(
    `insert into sluice.jobs (name, queue, priority, state, run_at)
     select $1, $2, $3, 'ready', now() - $4::interval from generate_series(1, $5::int) returning id::text`,
    [name, queue, priority, ago, count],
  )
  return rows.map(({ id }) => id)
}
