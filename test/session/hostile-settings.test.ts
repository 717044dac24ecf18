import { type Connection, defineJob } from "@sluice/core"
import { expect, inject, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { alterDatabase, HOSTILE_OBJECTS, HOSTILE_SETTINGS } from "../support/hostile.ts"

const database = await createDatabase()

test("a drainer sets what it relies on, whatever the database says", async () => {
  await database.pool.query(HOSTILE_OBJECTS)
  await database.pool.query(alterDatabase(database.name, HOSTILE_SETTINGS))
  await database.pool.query(`alter database ${database.name} set default_transaction_read_only to on`)
  let session: Connection | undefined
  const connect = async () => {
    session = await database.connect()
    return session
  }
  let settings: Record<string, string> = {}
  const plain = defineJob({
    name: "plain",
    async perform() {
      const asked = await session?.query("select name, setting from pg_settings")
      settings = Object.fromEntries(asked?.rows.map(({ name, setting }) => [name, setting]) ?? [])
    },
  })
  const progress = defineJob({ name: "steps", perform: (_payload, { step }) => step("one", () => 1) })
  const failing = defineJob({
    name: "failing",
    maxAttempts: 1,
    perform() {
      throw new Error("no")
    },
  })
  const { sluice, drainOnce } = drainable(database, [plain, progress, failing])
  // what enqueues is not read-only, and its own path is no part of this test
  await database.pool.query("set default_transaction_read_only to off")
  const jobs = ["plain", "steps", "failing"].map((name) => ({ name }))
  await sluice.enqueueMany(jobs)
  expect(await drainOnce({ connect, linger: "200ms" })).toMatchObject({
    succeeded: 2,
    discarded: 1,
    checkpoints: 1,
  })
  expect(settings).toMatchObject({
    default_transaction_isolation: "read committed",
    default_transaction_read_only: "off",
    search_path: "pg_catalog, pg_temp",
    DateStyle: "ISO, MDY",
    TimeZone: "UTC",
    IntervalStyle: "postgres",
    bytea_output: "hex",
    extra_float_digits: "1",
    plan_cache_mode: "auto",
    enable_indexscan: "on",
    max_parallel_workers_per_gather: "0",
    statement_timeout: "30000",
    lock_timeout: "1000",
    idle_session_timeout: "60000",
    idle_in_transaction_session_timeout: "60000",
    ...(inject("postgresVersion") >= 17 && { transaction_timeout: "0" }),
  })
})
