import { createSluice, UniqueKeyTakenError } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { createPool } from "@sluice/core/pg"
import pg from "pg"
import { afterEach, describe, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { hasPgBouncer, startPgBouncer } from "../support/pgbouncer.ts"

// What an app enqueues through `createPool` is parsed once by each backend, if the backends are the pool's own.
const database = await createDatabase()
const pools: { end(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()))
  await database.rows("truncate sluice.jobs")
})

test("the server parses the enqueues of a connection once", async () => {
  const { enqueue, prepared } = enqueuer()

  for (let n = 0; n < 10; n++) await enqueue("noop", { n })

  expect(await prepared()).toEqual([{ called: "store_job", calls: 9 }])
  expect(await storedNumbers()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test("a connection's first enqueue is sent whole", async () => {
  const { enqueue, prepared } = enqueuer()

  await enqueue("noop", { n: 0 })

  expect(await prepared()).toEqual([])
})

test("enqueues whose statement somebody has deallocated are stored, each once", async () => {
  const { enqueue, pool, prepared } = enqueuer()
  for (let n = 0; n < 3; n++) await enqueue("noop", { n })

  await pool.query("deallocate all")
  for (let n = 3; n < 6; n++) await enqueue("noop", { n })

  expect(await storedNumbers()).toEqual([0, 1, 2, 3, 4, 5])
  expect(await prepared()).toEqual([])
})

test("enqueues through a connection whose settings somebody has discarded are stored, each once", async () => {
  const { enqueue, pool } = enqueuer()
  for (let n = 0; n < 3; n++) await enqueue("noop", { n })

  await pool.query("discard all")
  for (let n = 3; n < 6; n++) await enqueue("noop", { n })

  expect(await storedNumbers()).toEqual([0, 1, 2, 3, 4, 5])
})

test("a connection enqueues after its schema was made anew", async () => {
  const other = await createDatabase()
  const { enqueue } = enqueuer(other.url)
  for (let n = 0; n < 8; n++) await enqueue("noop", { n }) // the plan is a general one by now

  await other.rows("drop schema sluice cascade")
  await migrate(other.url, { log: () => {} })
  await enqueue("noop", { n: 8 })

  expect(await other.rows("select payload from sluice.jobs")).toEqual([{ payload: { n: 8 } }])
})

test("a statement is sent whole once its result has other columns", async () => {
  const { pool } = enqueuer()
  await pool.query("create table grows as select 1 as one")
  for (let n = 0; n < 3; n++) await pool.queryPrepared("select * from grows", [])

  await pool.query("alter table grows add two integer default 2")

  expect((await pool.queryPrepared("select * from grows", [])).rows).toEqual([{ one: 1, two: 2 }])
})

test("an enqueue that the database refuses is refused, and the next is stored", async () => {
  const { enqueue } = enqueuer()
  const unique = { key: "one", while: "unfinished", onConflict: "reject" } as const
  for (let n = 0; n < 3; n++) await enqueue("noop", { n })
  await enqueue("noop", { n: 3 }, { unique })

  await expect(enqueue("noop", { n: 4 }, { unique })).rejects.toThrow(UniqueKeyTakenError)
  await enqueue("noop", { n: 5 })

  expect(await storedNumbers()).toEqual([0, 1, 2, 3, 5])
})

test("a pool of the app's own gets no prepared statements", async () => {
  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  pools.push(pool)
  const { enqueue } = createSluice({ database: pool })

  for (let n = 0; n < 3; n++) await enqueue("noop", { n })

  expect((await pool.query("select from pg_prepared_statements")).rows).toEqual([])
})

describe.skipIf(!hasPgBouncer())("behind PgBouncer (skipped where it is not installed)", () => {
  test.each(["transaction", "session"] as const)(
    "in %s mode nothing is prepared, and each job is stored once",
    async (mode) => {
      const bouncer = await startPgBouncer(database.url, mode)
      const some = [enqueuer(bouncer.url), enqueuer(bouncer.url)]

      const enqueues = Array.from({ length: 40 }, (_, n) => some[n % 2]?.enqueue("noop", { n }))
      await Promise.all(enqueues)

      expect(await storedNumbers()).toEqual(Array.from({ length: 40 }, (_, n) => n))
      for (const { prepared } of some) expect(await prepared()).toEqual([])
      await Promise.all(pools.splice(0).map((pool) => pool.end()))
      await bouncer.stop()
    },
  )
})

function enqueuer(url = database.url) {
  const pool = createPool(url, { max: 1 })
  pools.push(pool)
  const { enqueue } = createSluice({ database: pool })
  const prepared = async () =>
    (
      await pool.query(
        `select substring(statement from 'sluice\\.(\\w+)') as called, (generic_plans + custom_plans)::integer as calls
         from pg_prepared_statements where not from_sql`,
      )
    ).rows
  return { pool, enqueue, prepared }
}

async function storedNumbers(): Promise<number[]> {
  const rows = await database.rows("select (payload->>'n')::integer as n from sluice.jobs order by n")
  return rows.map(({ n }) => n as number)
}
