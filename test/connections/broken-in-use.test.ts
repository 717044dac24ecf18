import { migrate } from "@sluice/core/migrate"
import { createPool } from "@sluice/core/pg"
import pg from "pg"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { startProxy } from "../support/proxy.ts"

const database = await createDatabase()

test("a statement rejects when its pool connection is reset, and the process survives", async () => {
  const proxy = await startProxy(database.url)
  const pool = createPool(proxy.url)
  const broken = pool.query("select pg_sleep(30)")
  await eventually(() => expect(proxy.connections).toBe(1))
  await eventually(async () => expect(await sleeping()).toBe(1))
  proxy.cut()
  await expect(broken).rejects.toThrow() // an unhandled error event fails the run
  expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }])
  await pool.end()
  await database.rows(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and query like '%pg_sleep(30)%' and pid <> pg_backend_pid()`,
  )
})

test("so does migrate's, on the app's own pool", async () => {
  const proxy = await startProxy(database.url)
  const pool = new pg.Pool({ connectionString: proxy.url, max: 1 })
  pool.on("error", () => {})
  const holder = await database.connect()
  await holder.query("begin; lock table sluice.migrations in access exclusive mode")
  const migrating = migrate(pool)
  migrating.catch(() => {})
  await eventually(async () => expect(await waiting()).toBe(1))
  proxy.cut()
  await expect(migrating).rejects.toThrow()
  await holder.query("rollback")
  await holder.end()
  await pool.end()
})

async function sleeping(): Promise<number> {
  const counted =
    "select count(*)::int from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
  return (await database.rows(counted))[0].count
}

async function waiting(): Promise<number> {
  const counted =
    "select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
  return (await database.rows(counted))[0].count
}
