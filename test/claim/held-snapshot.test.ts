import { type Connection, defineJob, SCHEMA_VERSION } from "@sluice/core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

// Deleted rows that vacuum can't remove, because somebody holds an old snapshot, lie before what is looked for.

const DEAD = 20_000
let database: TestDatabase
let holder: Connection
let session: Connection
let drainer: { id: number; backend_pid: number }

beforeAll(async () => {
  database = await createDatabase()
  holder = await database.connect()
  session = await database.connect()
  for (const setting of ["enable_indexscan", "enable_nestloop"]) await session.query(`set ${setting} = on`) // as drainers do
  drainer = (
    await session.query("select * from sluice.open_drainer($1, 10, 'test', 60000)", [SCHEMA_VERSION])
  ).rows[0]
  await holder.query("begin isolation level repeatable read", [])
  await holder.query("select 1", [])
  for (const state of ["ready", "scheduled"]) {
    await database.pool.query(
      `insert into sluice.jobs (name, state, run_at) select 'job', $1, now() - interval '1 minute' from generate_series(1, $2::int)`,
      [state, DEAD],
    )
    await database.pool.query("delete from sluice.jobs")
  }
})
afterAll(() => Promise.all([holder.end(), session.end()]))

test("a look that passes over what was seen before costs next to nothing, and finds what has come since", async () => {
  expect(await blocksOfLook(null), "of a look at everything").toBeGreaterThan(DEAD / 20)
  const first = await look(null)
  expect(first).toMatchObject({ whole: true, more: false, ids: [] })
  expect(await blocksOfLook(first.seen)).toBeLessThan(DEAD / 50)

  const ids = [await store(0), await store(-5), await store(7)]
  expect(await look(first.seen)).toMatchObject({ whole: false, ids: [ids[1], ids[0], ids[2]] })
})

test("a job that comes to an earlier place is found by the look at everything, or at once where that is told", async () => {
  const { seen } = await look(null)
  const id = await store(0, "1 hour")
  expect((await look(seen)).ids).toEqual([])
  await database.pool.query("select sluice.note_late_arrivals()")
  expect(await look(seen)).toMatchObject({ whole: true, ids: [id] })
})

test("a queue that is resumed is told", async () => {
  const { seen } = await look(null)
  await session.query("select sluice.resume_queue('mail')")
  expect(await look(seen)).toMatchObject({ whole: true })
})

test("jobs of one concurrency key that were stored long ago are done one after the other, without a break", async () => {
  const { drainOnce } = drainable(database, [defineJob({ name: "keyed", perform() {} })])
  await database.pool.query(
    `insert into sluice.jobs (name, state, run_at, concurrency_key, concurrency_limit, features)
     select 'keyed', case when i = 1 then 'ready' else 'blocked' end, now() - interval '1 hour', 'one', 1, 1 from generate_series(1, 30) i`,
  )
  const beganAtMs = performance.now()
  expect(await drainOnce()).toMatchObject({ succeeded: 30, dueWork: false })
  expect(performance.now() - beganAtMs, "ms; a look at everything comes once a second").toBeLessThan(15_000)
})

test("the permits of a key are counted once in a claim, however many of its jobs it brings", async () => {
  const { seen } = await look(null)
  await database.pool.query(
    `insert into sluice.permits (job_id, concurrency_key, drainer_id) select -i, 'many', 1 from generate_series(1, $1::int) i`,
    [DEAD],
  )
  await database.pool.query("delete from sluice.permits")
  await database.pool.query(
    `insert into sluice.jobs (name, state, concurrency_key, concurrency_limit, features) select 'job', 'ready', 'many', 100, 1 from generate_series(1, 20)`,
  )
  expect(await blocksOfLook(seen), "of a claim of 20 jobs").toBeLessThan(DEAD / 4)
  expect(await database.rows("select count(*)::int from sluice.permits")).toEqual([{ count: 20 }])
})

const CLAIM = "sluice.claim($1, $2, 20, '{job}', null, '{}', '{}', $3, '{0}')"

async function look(seen: string | null) {
  const values = [drainer.id, drainer.backend_pid, seen]
  const { rows } = await session.query(`select * from ${CLAIM}`, values)
  const [{ jobs, ...told }] = rows as [{ jobs: [number][]; seen: string; whole: boolean; more: boolean }]
  return { ...told, ids: jobs.map(([id]) => String(id)) }
}

/** What a look reads, when no job is there. */
async function blocksOfLook(seen: string | null): Promise<number> {
  const values = [drainer.id, drainer.backend_pid, seen]
  const { rows } = await session.query(
    `explain (analyze, buffers, format json) select * from ${CLAIM}`,
    values,
  )
  return rows[0]["QUERY PLAN"][0].Plan["Shared Hit Blocks"]
}

async function store(priority: number, ago = "0"): Promise<string> {
  const [{ id }] = await database.rows(
    "insert into sluice.jobs (name, state, priority, run_at) values ('job', 'ready', $1, now() - $2::interval) returning id::text",
    [priority, ago],
  )
  return id
}
