import { expect, test } from "vitest"
import { type Connection, defineJob, SCHEMA_VERSION } from "../../packages/core/src/index.ts"
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

test("a claim reads no more pages with blocked, scheduled and paused jobs in its way", async () => {
  await store(200)
  const alone = await pagesOfClaim(100)
  await database.rows("truncate sluice.jobs, sluice.claims")

  for (const state of ["blocked", "scheduled", "paused"]) await store(5_000, state)
  await store(200)
  const behindOthers = await pagesOfClaim(100)

  expect(behindOthers).toBeLessThan(alone * 1.5)
})

test("a claim goes on from its mark, past the rows that were deleted before it", async () => {
  await database.rows("truncate sluice.jobs, sluice.claims")
  await store(6_000)
  const [{ mark }] = await database.rows(
    "select (priority, run_at, id)::sluice.job_position::text as mark from sluice.jobs order by id offset 5800 limit 1",
  )
  await database.rows(
    "delete from sluice.jobs where id <= (select id from sluice.jobs order by id offset 5800 limit 1)",
  )

  const fromMark = await pagesOfClaim(100, mark)

  expect(fromMark).toBeLessThan((await pagesOfClaim(100)) / 5)
})

async function store(count: number, state = "ready"): Promise<void> {
  const key = state === "blocked" ? "'key-' || i % 2, 1" : "null, null"
  const runAt = state === "scheduled" ? "now() + interval '1 day'" : "now()"
  await database.rows(
    `insert into sluice.jobs (name, state, run_at, concurrency_key, concurrency_limit)
     select 'noop', $1, ${runAt}, ${key} from generate_series(1, $2::int) i`,
    [state, count],
  )
  await database.rows("analyze sluice.jobs")
}

/** Pages that the server reads for one claim, after another one that has filled the session's caches. */
async function pagesOfClaim(limit: number, mark: string | null = null): Promise<number> {
  const connection = await database.connect()
  const opened = await connection.query("select * from sluice.open_drainer($1, 10, 'counts', 60000)", [
    SCHEMA_VERSION,
  ])
  const { id, backend_pid } = opened.rows[0]
  const place = mark === null ? "null" : `'${mark}'`
  const claim = (most: number) =>
    `select * from sluice.claim(${id}, ${backend_pid}, ${most}, '{noop}', ${place}, '{}', '{}')`
  await connection.query("begin")
  await connection.query(claim(1))
  await connection.query("rollback")
  const { rows } = await connection.query(`explain (analyze, buffers, format json) ${claim(limit)}`)
  await connection.end()
  const { Plan: plan } = rows[0]["QUERY PLAN"][0]
  return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
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
