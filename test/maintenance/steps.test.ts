import { defineJob } from "@sluice/core"
import pg from "pg"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"
import { daily, daysAfter, daysFrom, maintain, partitionsOf, placesOf, today } from "./partitions.ts"

const database = await createDatabase()
const first = await today(database)
const { sluice, drainOnce } = drainable(database, [defineJob({ name: "any", perform() {} })])

afterEach(() =>
  database.pool.query(
    "update sluice.maintenance_steps set next_at = '-infinity', failures = 0, error = null",
  ),
)

test("a step that fails keeps no other from being done, is logged by its name, and is remembered with its error", async () => {
  const old = daysAfter(first, -20)
  await maintain(database, old, "100 days")
  const [expired] = daily("finished", [old])
  await database.pool.query(`create view sluice.user_view as select * from sluice.${expired?.name}`) // can't be dropped
  await sluice.enqueue("any", {}, { idempotencyKey: "old" })
  await database.pool.query("update sluice.idempotency_keys set created_at = created_at - interval '2 days'")

  const warnings: unknown[] = []
  const log = {
    debug() {},
    info() {},
    warn: (message: string, details: unknown) => warnings.push({ message, details }),
    error() {},
  }
  expect(await drainOnce({ log: log as never })).toMatchObject({ succeeded: 1 })
  expect(warnings).toEqual([
    {
      message: "A maintenance step failed",
      details: { step: "expire finished", error: expect.stringContaining("(2BP01)") },
    },
  ])
  expect(
    await database.rows("select step, failures from sluice.maintenance_steps where error is not null"),
  ).toEqual([{ step: "expire finished", failures: 1 }])
  expect(await database.rows("select key from sluice.idempotency_keys")).toEqual([])
  expect((await partitionsOf(database, "failures")).map(({ name }) => name)).not.toContain(
    daily("failures", [old])[0]?.name,
  )
  await database.pool.query("drop view sluice.user_view")
})

test("a step that failed is tried again later and later, up to an hour", async () => {
  const reader = new pg.Client({ connectionString: database.url })
  await reader.connect()
  await reader.query("begin; select from sluice.finished")
  const later = daysAfter(first, 30)
  const waits: number[] = []
  for (let failures = 1; failures <= 8; failures++) {
    const beganAtMs = performance.now()
    const done = await step("prepare finished", later)
    expect(performance.now() - beganAtMs).toBeLessThan(1_000)
    expect(done).toMatchObject([{ step: "prepare finished", error: expect.stringContaining("(55P03)") }])
    const [row] = await database.rows(
      "select extract(epoch from next_at - $1) / 60 as minutes from sluice.maintenance_steps where step = 'prepare finished'",
      [later],
    )
    waits.push(Number(row.minutes))
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
  await reader.query("rollback")
  await reader.end()
  expect(await step("prepare finished", later)).toMatchObject([{ error: null }])
})

test("who reads a partition that has expired is met by one drain, not by each", async () => {
  const old = daysAfter(first, -30)
  await maintain(database, old, "100 days")
  const reader = new pg.Client({ connectionString: database.url })
  await reader.connect()
  await reader.query(`begin; select from sluice.${daily("finished", [old])[0]?.name}`)
  for (let drains = 0; drains < 5; drains++) await drainOnce()
  expect(
    await database.rows("select step, failures from sluice.maintenance_steps where error is not null"),
  ).toEqual([{ step: "expire finished", failures: 1 }])
  await reader.query("rollback")
  await reader.end()
})

test("steps that aren't due are skipped, so that maintenance usually costs a drain one statement", async () => {
  while ((await database.rows("select from sluice.run_maintenance()")).length > 0);
  const before = await database.rows(
    "select step, done_at, xmin::text from sluice.maintenance_steps order by step",
  )
  await drainOnce()
  expect(
    await database.rows("select step, done_at, xmin::text from sluice.maintenance_steps order by step"),
  ).toEqual(before)
})

test("a step that a statement_timeout cuts is a step that failed, and the others are done", {
  retry: 2, // on a busy machine
}, async () => {
  const holder = new pg.Client({ connectionString: database.url })
  const session = new pg.Client({ connectionString: database.url })
  await Promise.all([holder.connect(), session.connect()])
  try {
    await session.query("select sluice.run_maintenance('forget drainers')") // plans it
    await holder.query("begin; lock table sluice.idempotency_keys in access exclusive mode")
    await session.query("set statement_timeout = '20ms'")
    const { rows } = await session.query(
      "select step, error from sluice.run_maintenance('forget idempotency keys')",
    )
    expect(rows).toEqual([{ step: "forget idempotency keys", error: expect.stringContaining("(57014)") }])
  } finally {
    await Promise.all([holder.end(), session.end()])
  }
})

test("of old keys, drainers and rows of the default partition a set is deleted at a time", async () => {
  await database.pool.query(`
    insert into sluice.idempotency_keys (name, key, job_id, created_at)
    select 'any', n::text, n, now() - interval '2 days' from generate_series(1, 6000) n`)
  await database.pool.query(`
    insert into sluice.drainers (id, slot, backend_pid, label, ended_at, ending)
    select n, 1, 1, 'old', now() - interval '2 days', 'closed' from generate_series(100001, 106000) n`)
  await database.pool.query(
    `insert into sluice.finished (id, enqueued_at, run_at, finished_at, priority, attempts, state, name, queue, payload)
     select n, $1, $1, $1, 0, 1, 'succeeded', 'any', 'default', '{}' from generate_series(1, 6000) n`,
    [daysAfter(first, -60)],
  )
  for (const [name, counted] of [
    ["forget idempotency keys", "sluice.idempotency_keys"],
    ["forget drainers", "sluice.drainers where label = 'old'"],
    ["expire finished", "sluice.finished_default"],
  ] as const) {
    const left: number[] = []
    do {
      left.push(Number((await database.rows(`select count(*) from ${counted}`))[0].count))
    } while ((await step(name))[0].more)
    expect(left, name).toEqual([6_000, 1_000])
  }
})

test("ended drainers are found by an index, however many there are", async () => {
  await database.pool.query(`
    insert into sluice.drainers (id, slot, backend_pid, label, ended_at, ending)
    select n, 1, 1, 'recent', now(), 'closed' from generate_series(200001, 220000) n`)
  await database.pool.query("vacuum analyze sluice.drainers") // of what the test before has deleted
  const session = new pg.Client({ connectionString: database.url })
  await session.connect()
  await session.query("begin")
  await session.query("select sluice.run_maintenance('forget drainers')")
  const { rows } = await session.query(
    "select pg_stat_get_xact_blocks_fetched('sluice.drainers'::regclass) + pg_stat_get_xact_blocks_fetched('sluice.drainers_ended'::regclass) as blocks",
  )
  await session.query("rollback")
  await session.end()
  expect(Number(rows[0].blocks)).toBeLessThan(50)
})

test("a day with too many rows in the default partition stays there, and the next days are prepared", async () => {
  const far = daysAfter(first, 90)
  await database.pool.query(
    `insert into sluice.finished (id, enqueued_at, run_at, finished_at, priority, attempts, state, name, queue, payload)
     select n, $1, $1, $1, 0, 1, 'succeeded', 'any', 'default', '{}' from generate_series(1, 100001) n`,
    [far],
  )
  await eventually(async () => {
    await maintain(database, far, "1000 days") // fails while autovacuum has the default partition
    expect((await partitionsOf(database, "finished")).slice(-3)).toEqual(
      daily("finished", daysFrom(daysAfter(far, 1), 3)),
    )
  })
  expect((await placesOf(database, "finished")).at(-1)?.[1]).toBe("finished_default")
  expect(await sluice.getJob("77")).toMatchObject({ id: "77" })
})

test("sessions whose days and times are written otherwise prepare the same days", async () => {
  const session = new pg.Client({ connectionString: database.url })
  await session.connect()
  await session.query(
    "set timezone = 'Asia/Kolkata'; set datestyle = 'SQL, DMY'; set intervalstyle = 'sql_standard'",
  )
  await session.query("select sluice.force_maintenance('1000 days', $1)", ["2031-03-05T23:00:00Z"])
  await session.end()
  const made = (await partitionsOf(database, "finished")).filter(({ name }) => name.includes("_2031"))
  expect(made).toEqual(daily("finished", daysFrom(new Date("2031-03-05T00:00:00Z"), 4)))
})

async function step(name: string, now?: Date) {
  return database.rows("select * from sluice.run_maintenance($1, '14 days', coalesce($2, now()))", [
    name,
    now,
  ])
}

test.each([
  ["'infinity'", "'14 days'"],
  ["'-infinity'", "'14 days'"],
  ["now()", "'-1 day'"],
])("upkeep at %s of what is kept for %s is refused, because it would be the last", async (now, keep) => {
  const statement = `select sluice.run_maintenance(null, ${keep}, ${now})`
  await expect(database.rows(statement)).rejects.toMatchObject({ code: "SL000" })
})
