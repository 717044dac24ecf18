import { createSluice, defineJob, drain, SCHEMA_VERSION } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { startPostgres } from "@sluice/local/postgres"
import pg from "pg"
import { expect, onTestFinished, test } from "vitest"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

test("a server whose lock table is full gets smaller claims, and every job is performed", async () => {
  const url = await startServerWithFewLocks()
  await migrate(url)
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  onTestFinished(() => pool.end())
  const job = defineJob({ name: "noop", perform() {} })
  const sluice = createSluice({ database: pool, jobs: [job] })
  await sluice.enqueueMany(Array.from({ length: 3_000 }, () => ({ name: "noop" })))

  const hog = await pool.connect()
  hog.on("error", () => {}) // it may be ended by the server's stop
  await takeAllLocksBut(hog, 50)
  const warnings: string[] = []
  const log = { debug() {}, info() {}, error() {}, warn: (line: string) => void warnings.push(line) }
  const summary = await drain(sluice, { connect: () => open(url), concurrency: 1_000, log })
  hog.release(true)

  expect(summary).toMatchObject({ succeeded: 3_000, lost: 0, dueWork: false })
  expect(warnings.some((line) => line.includes("max_locks_per_transaction"))).toBe(true)
}, 60_000)

test("drainers claim so little at once that the lock table of a small server isn't full", async () => {
  const url = await startServerWithFewLocks()
  await migrate(url)
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  onTestFinished(() => pool.end())
  const job = defineJob({ name: "noop", perform() {} })
  const sluice = createSluice({ database: pool, jobs: [job] })
  await sluice.enqueueMany(Array.from({ length: 5_000 }, () => ({ name: "noop" })))

  const warnings: string[] = []
  const log = { debug() {}, info() {}, error() {}, warn: (line: string) => void warnings.push(line) }
  const drains = [1, 2, 3].map(() => drain(sluice, { connect: () => open(url), concurrency: 1_000, log }))
  const summaries = await Promise.all(drains)

  expect(summaries.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(5_000)
  expect(warnings.filter((line) => !line.startsWith("The drainer performs fewer jobs at once"))).toEqual([])
}, 60_000)

test("a dead drainer's jobs are taken over in smaller parts by a server whose lock table is full", async () => {
  const url = await startServerWithFewLocks()
  await migrate(url)
  const pool = new pg.Pool({ connectionString: url, max: 3 })
  onTestFinished(() => pool.end())
  const sluice = createSluice({ database: pool, jobs: [defineJob({ name: "noop", perform() {} })] })
  await sluice.enqueueMany(Array.from({ length: 200 }, () => ({ name: "noop" })))
  const dying = await open(url)
  const opened = await dying.query("select * from sluice.open_drainer($1, 10, 'dies', 60000)", [
    SCHEMA_VERSION,
  ])
  await dying.query("select from sluice.claim($1, $2, 200, '{noop}', null, '{}', '{}')", [
    opened.rows[0].id,
    opened.rows[0].backend_pid,
  ])
  await dying.end()

  const hog = await pool.connect()
  hog.on("error", () => {})
  await takeAllLocksBut(hog, 100)
  const summary = await drain(sluice, { connect: () => open(url), concurrency: 10 })
  hog.release(true)
  expect(summary).toMatchObject({ interrupted: 200, succeeded: 200, lost: 0, dueWork: false })
}, 60_000)

async function open(url: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

async function startServerWithFewLocks(): Promise<string> {
  const folder = await makeTemporaryFolder()
  const first = await startPostgres({ dataDir: folder.path })
  const client = new pg.Client({ connectionString: first.url })
  await client.connect()
  await client.query("alter system set max_locks_per_transaction = 10")
  await client.query("alter system set max_connections = 20")
  await client.end()
  await first.stop()
  const second = await startPostgres({ dataDir: folder.path })
  onTestFinished(async () => {
    await second.stop()
    await folder.remove()
  })
  return second.url
}

/** Takes advisory locks until the table is full, then gives some back. */
async function takeAllLocksBut(client: pg.PoolClient, spare: number): Promise<void> {
  let taken = 0
  for (;;) {
    try {
      await client.query("select pg_advisory_lock(7, $1::integer)", [taken])
      taken++
    } catch {
      break
    }
  }
  await client.query("select pg_advisory_unlock(7, number) from generate_series(0, $1::integer - 1) number", [
    spare,
  ])
}
