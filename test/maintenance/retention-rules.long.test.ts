import { migrate, type Retention } from "@sluice/core/migrate"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { daily, daysAfter, maintain, partitionsOf, today } from "./partitions.ts"

const database = await createDatabase()
const first = await today(database)
/** The time for which all maintenance acts, so that no test depends on the hour in which it runs. */
const noonMs = first.getTime() + 12 * 3_600_000
const hoursFromNoon = (hours: number) => new Date(noonMs + hours * 3_600_000)
afterEach(() =>
  database.rows("truncate sluice.finished, sluice.failures, sluice.payloads, sluice.retention_searches"),
)

interface Finished {
  readonly hoursAgo: number
  readonly state?: string
  readonly queue?: string
  readonly name?: string
}

/** Stores jobs 1, 2, … with a failure and a payload in the app's store. */
async function finish(jobs: readonly Finished[]): Promise<void> {
  for (const [index, { hoursAgo, state = "succeeded", queue = "default", name = "any" }] of jobs.entries()) {
    const at = hoursFromNoon(-hoursAgo)
    await database.rows(
      `with f as (insert into sluice.finished (id, enqueued_at, run_at, finished_at, priority, attempts, state, name, queue, payload_day)
                  values ($1, $2, $2, $2, 0, 1, $3, $4, $5, '2026-01-01')),
            e as (insert into sluice.failures (job_id, ended_at, attempt, outcome, error_class, error_message)
                  values ($1, $2, 1, 'retried', 'Error', 'failed'))
       insert into sluice.payloads (day, job_id, store_key)
       values ('2026-01-01', $1, 'payloads/2026-01-01/00000000-0000-0000-0000-00000000000' || $1)`,
      [index + 1, at, state, name, queue],
    )
  }
}

async function keep(retention: Retention): Promise<void> {
  await migrate(database.url, { retention })
}

async function expire(atHour = 0): Promise<void> {
  await database.rows("select sluice.force_maintenance(null, $1)", [hoursFromNoon(atHour)])
}

async function kept(table = "finished", id = "id"): Promise<number[]> {
  return (await database.rows(`select ${id}::int as id from sluice.${table} order by 1`)).map(({ id }) => id)
}

test("the rule for a name comes before that for the queue, that before the one for the state, and the default last", async () => {
  await keep({
    default: "14d",
    succeeded: "1d",
    discarded: "90d",
    queues: { audit: "60d" },
    names: { ping: "1h" },
  })
  const day = 24
  await finish([
    { hoursAgo: 2 * day }, // 1: a day
    { hoursAgo: 0.9 * day },
    { hoursAgo: 50 * day, state: "discarded" },
    { hoursAgo: 50 * day, queue: "audit" },
    { hoursAgo: 2, queue: "audit", name: "ping" }, // 5: an hour
    { hoursAgo: 0.5, name: "ping" },
    { hoursAgo: 15 * day, state: "canceled" }, // 7: by default
    { hoursAgo: 13 * day, state: "canceled" },
  ])
  await expire()
  for (const [table, id] of [
    ["finished", "id"],
    ["failures", "job_id"],
    ["payloads", "job_id"],
  ] as const)
    expect(await kept(table, id), table).toEqual([2, 3, 4, 6, 8])
  expect(
    await database.rows("select right(store_key, 1) as key from sluice.superfluous_objects order by 1"),
  ).toEqual(["1", "5", "7"].map((key) => ({ key })))
})

test("a partition is dropped once nothing in it is to be kept, by the longest rule", async () => {
  await keep({ default: "2d", discarded: "6d" })
  for (const back of [-8, -4]) await maintain(database, daysAfter(first, back), "100 days") // 4 days each
  await finish([{ hoursAgo: 96 }, { hoursAgo: 96, state: "discarded" }])
  await expire()
  expect(await kept()).toEqual([2])
  expect((await partitionsOf(database, "finished"))[0]?.from).toEqual(daysAfter(first, -6))
})

test("a partition is searched only while jobs expire in it, and not more often than they are kept", async () => {
  await keep({ default: "14d", names: { ping: "1h" } })
  await finish([{ hoursAgo: 0.5, name: "ping" }])
  const next = async (atHour: number) => {
    const [row] = await database.rows("select max(part) as part from sluice.next_to_search($1)", [
      hoursFromNoon(atHour),
    ])
    await database.rows("update sluice.retention_searches set page = null")
    return row.part
  }
  await expire()
  expect(await kept()).toEqual([1])
  expect(await next(0.9)).toBeNull()
  await expire(1)
  expect(await kept()).toEqual([])
  await expire(70)
  expect(await next(70.9)).toBeNull()
  expect(await next(118), "the day that was not over").toBe(daily("finished", [daysAfter(first, 3)])[0]?.name)
})

test("a row that somebody has is left for the next search, and keeps nobody waiting", async () => {
  await keep({ default: "14d", names: { ping: "1h" } })
  await finish([2, 2].map((hoursAgo) => ({ hoursAgo, name: "ping" })))
  const other = await database.pool.connect()
  await other.query("begin; select from sluice.finished where id = 1 for update")
  await expire()
  await other.query("rollback")
  other.release()
  expect(await kept()).toEqual([1])
  await expire(1)
  expect(await kept()).toEqual([])
})

test("rules are as the last migrate says, and written only when they change", async () => {
  const rules = { default: "20d", discarded: "90d", names: { ping: "1h" } } as const
  await keep(rules)
  await database.rows("insert into sluice.retention_searches (part) values ('untouched')")
  await keep(rules)
  await migrate(database.url)
  expect(await kept("retention_searches", "length(part)")).toEqual([9])
  expect(
    await database.rows(
      "select kind, target, extract(epoch from keep)::integer / 3600 as hours from sluice.retention_rules order by kind",
    ),
  ).toEqual([
    { kind: "name", target: "ping", hours: 1 },
    { kind: "state", target: "discarded", hours: 2160 },
  ])
  await migrate(database.url, { retention: "30d" })
  expect(await kept("retention_rules", "1")).toEqual([])
  expect(await kept("retention_searches", "1")).toEqual([])
})

test.each([
  [{ default: "23h" }, "invalid_duration", "default"],
  [{ succeeded: "59m" }, "invalid_duration", "succeeded"],
  [{ names: { ping: "soon" } }, "invalid_duration", "names.ping"],
  [{ queues: { "a b": "1d" } }, "invalid_name", "queues"],
  [{ queues: "1d" }, "invalid_option", "queues"],
  [{ failed: "1d" }, "unknown_option", "failed"],
  [null, "invalid_option", ""],
])("a retention of %j is refused", async (retention, code, path) => {
  const error = await migrate(database.url, { retention: retention as never }).catch((error) => error)
  expect(error).toMatchObject({ code })
  expect(error.path.join(".")).toBe(`migrate.retention${path && `.${path}`}`)
  expect(error.message).toContain(error.code === "unknown_option" ? "no option" : error.path.join("."))
})

test("failures from days before a job was enqueued aren't searched for those of the job", async () => {
  await keep({ succeeded: "1h" })
  await finish([{ hoursAgo: 3 }])
  await database.rows(
    "create table sluice.failures_long_ago partition of sluice.failures for values from ('2001-01-01') to ('2001-01-02')",
  )
  const client = await database.connect()
  await client.query("begin", [])
  await client.query("select sluice.expire_by_rules($1) from generate_series(1, 30)", [hoursFromNoon(0)])
  const { rows } = await client.query(
    "select coalesce(idx_scan, 0) + seq_scan as scans from pg_stat_xact_user_tables where relname = 'failures_long_ago'",
    [],
  )
  await client.query("commit", [])
  await client.end()
  expect(rows).toEqual([{ scans: "0" }])
  expect(await kept()).toEqual([])
  expect(await kept("failures", "job_id")).toEqual([])
  await database.rows("drop table sluice.failures_long_ago")
})
