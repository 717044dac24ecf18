import { type Connection, defineJob, SCHEMA_VERSION } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

// What a job costs, in counts that are the same on every machine. Speed is for `npm run bench`.
const database = await createDatabase()
const noop = defineJob({ name: "noop", perform() {} })
const { drainOnce } = drainable(database, [noop])
const JOBS = 2_000

test("a drain costs a twentieth of a statement, and at most 250 bytes of WAL, for a job", async () => {
  // the first pages of a day's partition are a range that its BRIN index has summarised: each row there is WAL twice
  await store(3_000)
  await drainOnce()
  await store(JOBS)
  const session = await watchedSession(database)

  const summary = await drainOnce({ connect: session.connect })

  expect(summary.succeeded).toBe(JOBS)
  expect(session.statements() / JOBS).toBeLessThan(0.05)
  expect((await session.walBytes) / JOBS).toBeLessThan(250)
})

test("a drain that finds nothing plans no statement that moves jobs or walks their keys", async () => {
  await drainOnce()
  const session = await planningSession(database)

  await drainOnce({ connect: session.connect, onBacklog: () => {} })

  const planned = await session.planned
  expect(planned).toContainEqual(expect.stringContaining("candidates as materialized")) // so that they can be seen
  expect(
    planned.filter((text) => /update jobs|delete from (jobs|permits)|with recursive/.test(text)),
  ).toEqual([])
})

test("a session prepares few statements and expressions, for one job or none", async () => {
  await drainOnce()
  const idle = await planningSession(database)
  await drainOnce({ connect: idle.connect })
  expect((await idle.planned).length).toBeLessThanOrEqual(163)

  await store(1)
  const busy = await planningSession(database)
  await drainOnce({ connect: busy.connect, linger: "1ms" })
  expect((await busy.planned).length).toBeLessThanOrEqual(199)
})

test("a claim looks at no more rows with blocked, throttled, scheduled and paused jobs in its way", async () => {
  await database.rows("truncate sluice.jobs") // with the dead rows of what was drained before
  await store(200)
  const alone = await rowsOfClaim(100)
  await database.rows("truncate sluice.jobs")

  await database.rows("insert into sluice.permits values (-1, 'key-0', 0), (-2, 'key-1', 0)")
  await database.rows("insert into sluice.pauses (kind, target) values ('queue', 'paused')")
  await database.rows(
    `insert into sluice.rates (rate_key, rate, job_id, started_at, starts, next_at, until_at)
     select 'key-' || i, (1, 86400000, 1)::sluice.rate_limit, 0, array[now()], array[1], now() + interval '1 day', now() + interval '1 day' from generate_series(0, 1) i`,
  )
  for (const state of ["blocked", "throttled", "scheduled", "paused"]) await store(1_000, state)
  await store(200)

  expect(alone).toBeGreaterThanOrEqual(100)
  // and a few more: a look from the start tells when the next scheduled job is due, and looks whether the others are
  // where they belong, by the keys and the one queue that they have
  expect(await rowsOfClaim(100)).toBeLessThanOrEqual(alone + 35)
})

test("a claim, and the end of a job, look at few rows of a key whose jobs run in order, however many wait", async () => {
  await database.rows("truncate sluice.jobs, sluice.permits")
  const inOrder = `insert into sluice.jobs (name, concurrency_key, concurrency_limit, holds_key, features, state) select 'noop', 'line', 1, true, 1 | 256`
  await database.rows(`${inOrder}, 'ready'`)
  await database.rows(`${inOrder}, 'behind' from generate_series(1, 2000)`)
  await database.rows("analyze sluice.jobs")
  const settle = `select sluice.settle_succeeded($1, $2, array_agg(job_id), '{0}', '{1}') from sluice.permits`
  expect(await rowsOfClaim(100, null, settle)).toBeLessThanOrEqual(50)
})

test("a claim resumes after its position, past the rows that were deleted before it", async () => {
  await database.rows("truncate sluice.jobs")
  await store(2_000)
  const [{ mark }] = await database.rows(
    "select (priority, run_at, id)::sluice.job_position::text as mark from sluice.jobs order by id offset 1800 limit 1",
  )
  await database.rows("delete from sluice.jobs where id <= ($1::text::sluice.job_position).id", [mark])

  const fromMark = await rowsOfClaim(100, mark)

  expect(await rowsOfClaim(100)).toBeGreaterThan(fromMark + 1_500)
})

async function store(count: number, state = "ready"): Promise<void> {
  const key = state === "blocked" ? "'key-' || i % 2, 1" : "null, null"
  const rate = state === "throttled" ? "'key-' || i % 2, (1, 86400000, 1)::sluice.rate_limit" : "null, null"
  const runAt = state === "scheduled" ? "now() + interval '1 day'" : "now()"
  await database.rows(
    `insert into sluice.jobs (name, state, queue, run_at, concurrency_key, concurrency_limit, rate_key, rate, features)
     select 'noop', $1, case when $1 = 'paused' then 'paused' else 'default' end, ${runAt}, ${key}, ${rate}, case $1 when 'blocked' then 1 when 'throttled' then 8 end from generate_series(1, $2::int) i`,
    [state, count],
  )
  await database.rows("analyze sluice.jobs")
}

/** Rows of `jobs`, live or dead, that one claim, and another statement, find in its indexes or in the table, and then look up by their ids. */
async function rowsOfClaim(limit: number, mark: string | null = null, afterwards?: string): Promise<number> {
  const connection = await database.connect()
  await connection.query("begin")
  const opened = await connection.query("select * from sluice.open_drainer($1, 10, 'counts')", [
    SCHEMA_VERSION,
  ])
  const { id, backend_pid } = opened.rows[0]
  const values = [id, backend_pid, limit, mark]
  await connection.query("select sluice.claim($1, $2, $3, '{noop}', $4, '{}', '{}')", values)
  if (afterwards) await connection.query(afterwards, [id, backend_pid])
  const { rows } = await connection.query(
    `select sum(pg_stat_get_xact_tuples_returned(relation)) as count from (
       select 'sluice.jobs'::regclass union all select indexrelid from pg_index where indrelid = 'sluice.jobs'::regclass) r (relation)`,
  )
  await connection.query("rollback")
  await connection.end()
  return Number(rows[0].count)
}

/** A drainer's session that counts its statements, and at its end asks what it wrote: full pages are the checkpointer's. */
async function watchedSession({ connect }: TestDatabase) {
  const walBytes = Promise.withResolvers<number>()
  let statements = 0
  return {
    statements: () => statements,
    walBytes: walBytes.promise,
    async connect(): Promise<Connection> {
      const connection = await connect()
      const { query, end } = connection
      return Object.assign(connection, {
        query(text: string, values?: unknown[]) {
          statements++
          return query.call(connection, text, values as unknown[])
        },
        async end() {
          await query.call(connection, "select pg_stat_force_next_flush()")
          const { rows } = await query.call(
            connection,
            "select wal_bytes - 8192 * wal_fpi as bytes from pg_stat_get_backend_wal(pg_backend_pid())",
          )
          walBytes.resolve(Number(rows[0].bytes))
          await end.call(connection)
        },
      })
    },
  }
}

/** A drainer's session that says at its end which statements Postgres has planned in it. */
async function planningSession({ connect }: TestDatabase) {
  const planned = Promise.withResolvers<string[]>()
  return {
    planned: planned.promise,
    async connect(): Promise<Connection> {
      const connection = await connect()
      const { query, end } = connection
      return Object.assign(connection, {
        async end() {
          const { rows } = await query.call(
            connection,
            "select ident from pg_backend_memory_contexts where name = 'CachedPlanSource'",
          )
          planned.resolve(rows.map(({ ident }) => ident))
          await end.call(connection)
        },
      })
    },
  }
}
