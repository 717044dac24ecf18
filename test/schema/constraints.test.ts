import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()

const finished = {
  id: 1,
  enqueued_at: "now",
  run_at: "now",
  priority: 0,
  attempts: 1,
  state: "succeeded",
  name: "any",
  queue: "q",
  payload: {},
}
const execution = { job_id: 1, attempt: 1, outcome: "retried", error_class: "Error", error_message: "failed" }
const drainer = { slot: 1, backend_pid: 1, label: "any" }
const KEY = "payloads/2026-01-01/01234567-89ab-cdef-0123-456789abcdef"
const aside = { day: "2026-01-01", job_id: 1, store_key: KEY }
const RATE = { starts: 2, per_ms: 1000, burst: 1 }
const progress = { job_id: 1, saved_at: "now", name: "any" }

/** What each table takes. */
const good: [table: string, row: object][] = [
  ["jobs", { name: "any", state: "ready" }],
  ["jobs", { name: "any", state: "scheduled" }],
  ["jobs", { name: "any", state: "ready", payload: null, payload_day: "2026-01-01", features: 4 }],
  ["jobs", { name: "any", state: "paused" }],
  ["jobs", { name: "any", state: "blocked", concurrency_key: "k", concurrency_limit: 1, features: 1 }],
  ["jobs", { name: "any", state: "suspect", suspect_group: 1 }],
  ["jobs", { name: "other", state: "ready", unique_key: "u" }],
  ["jobs", { name: "any", state: "ready", payload: null, payload_forgotten: true }],
  [
    "jobs",
    {
      name: "any",
      state: "behind",
      concurrency_key: "k",
      concurrency_limit: 1,
      holds_key: false,
      features: 257,
    },
  ],
  ["jobs", { name: "any", state: "throttled", rate_key: "r", rate: RATE, features: 8 }],
  [
    "jobs",
    {
      name: "any",
      state: "ready",
      concurrency_key: "k",
      concurrency_limit: 1,
      further_keys: ["l"],
      further_limits: [2],
      features: 129,
    },
  ],
  [
    "jobs",
    {
      name: "any",
      state: "ready",
      fair_key: "f",
      fair_weight: 1000,
      max_attempts: 1,
      timeout_ms: 1,
      carrier: {},
    },
  ],
  ["finished", finished],
  ["finished", { ...finished, result: { sent: 1 } }],
  ["finished", { ...finished, state: "discarded" }],
  ["finished", { ...finished, state: "canceled" }],
  ["finished", { ...finished, payload: null, payload_day: "2026-01-01" }],
  ["payloads", aside],
  ["payloads", { ...aside, job_id: 2, payload: {}, store_key: null }],
  ["progress", { ...progress, name: "nap", kind: "sleep", until_at: "now" }],
  ["progress", { ...progress, name: "", kind: "report", value: 1 }],
  ["failures", execution],
  ["failures", { ...execution, outcome: "discarded" }],
  ["failures", { ...execution, outcome: "interrupted" }],
  ["drainers", drainer],
  ["drainers", { ...drainer, ended_at: "now", ending: "died" }],
]

/** What it doesn't, and the rule that says so. */
const bad: [table: string, row: object, rule: string][] = [
  ["jobs", { name: "any", state: "running" }, "known_state"],
  ["jobs", { name: "any", state: "Ready" }, "known_state"],
  ["jobs", { name: "any", state: null }, "not-null"],
  ["jobs", { name: null, state: "ready" }, "not-null"],
  ["jobs", { name: "any", state: "ready", payload: null }, "payload_in_one_place"],
  ["jobs", { name: "any", state: "ready", payload_day: "2026-01-01" }, "payload_in_one_place"],
  ["jobs", { name: "any", state: "blocked" }, "blocked_by_key"],
  ["jobs", { name: "any", state: "suspect" }, "suspect_has_group"],
  ["jobs", { name: "any", state: "suspect", suspect_group: 0 }, "suspect_has_group"],
  ["jobs", { name: "any", state: "ready", concurrency_key: "k" }, "key_comes_with_limit"],
  ["jobs", { name: "any", state: "unkeyed" }, "unkeyed_lacks_key"],
  [
    "jobs",
    { name: "any", state: "unkeyed", concurrency_key: "k", concurrency_limit: 1 },
    "unkeyed_lacks_key",
  ],
  ["jobs", { name: "any", state: "ready", concurrency_key: "k", concurrency_limit: 0 }, "positive_limits"],
  ["jobs", { name: "any", state: "ready", max_attempts: 0 }, "positive_limits"],
  ["jobs", { name: "any", state: "ready", timeout_ms: 0 }, "positive_limits"],
  ["jobs", { name: "other", state: "ready", unique_key: "u" }, "jobs_unique_key"],
  ["jobs", { name: "n".repeat(129), state: "ready" }, "short_names"],
  ["jobs", { name: "any", state: "ready", queue: "q".repeat(129) }, "short_names"],
  ["jobs", { name: "", state: "ready" }, "short_names"],
  ["jobs", { name: "any", state: "ready", queue: "" }, "short_names"],
  ["jobs", { name: "any", state: "ready", queue: "", timeout_ms: 1 }, "short_names"],
  ["jobs", { name: "any", state: "ready", unique_key: "u".repeat(2049) }, "short_keys"],
  [
    "jobs",
    { name: "any", state: "ready", concurrency_key: "k".repeat(2049), concurrency_limit: 1 },
    "short_keys",
  ],
  ["jobs", { name: "any", state: "ready", waiting_key: "w".repeat(2049) }, "short_keys"],
  ["jobs", { name: "any", state: "ready", rate_key: "r".repeat(2049), rate: RATE }, "short_keys"],
  ["jobs", { name: "any", state: "ready", fair_key: "f".repeat(2049) }, "short_keys"],
  ["jobs", { name: "any", state: "ready", fair_weight: 0 }, "possible_weight"],
  ["jobs", { name: "any", state: "ready", concurrency_limit: 0 }, "positive_limits"],
  ["jobs", { name: "any", state: "behind", concurrency_key: "k", concurrency_limit: 1 }, "behind_in_order"],
  ["jobs", { name: "any", state: "ready", features: 1 }, "true_features"],
  ["jobs", { name: "any", state: "scheduled", features: 1 }, "true_features"],
  ["jobs", { name: "any", state: "ready", concurrency_key: "k", concurrency_limit: 1 }, "true_features"],
  ["jobs", { name: "any", state: "ready", payload: null, payload_day: "2026-01-01" }, "true_features"],
  ["jobs", { name: "any", state: "ready", rate_key: "r", rate: RATE, features: 1 }, "true_features"],
  ["jobs", { name: "any", state: "ready", waiting_key: "w" }, "true_features"],
  ["jobs", { name: "any", state: "ready", has_progress: true }, "true_features"],
  ["jobs", { name: "any", state: "ready", is_awaited: true }, "true_features"],
  ["jobs", { name: "any", state: "ready", has_dependents: true }, "true_features"],
  [
    "jobs",
    { name: "any", state: "ready", concurrency_key: "k", concurrency_limit: 2, holds_key: true },
    "in_order_one_by_one",
  ],
  ["jobs", { name: "any", state: "ready", further_limits: [1] }, "limit_of_each_key"],
  [
    "jobs",
    {
      name: "any",
      state: "ready",
      concurrency_key: "k",
      concurrency_limit: 1,
      further_keys: ["l"],
      further_limits: [0],
    },
    "limit_of_each_key",
  ],
  ["jobs", { name: "any", state: "throttled" }, "throttled_by_key"],
  ["jobs", { name: "any", state: "ready", rate_key: "r" }, "key_comes_with_rate"],
  ["jobs", { name: "any", state: "ready", rate: { starts: 1 } }, "whole_rate"],
  ["jobs", { name: "any", state: "ready", rate: { ...RATE, per_ms: 999 } }, "possible_rate"],
  ["jobs", { name: "any", state: "ready", rate: { ...RATE, burst: 3 } }, "possible_rate"],
  ["jobs", { name: "any", state: "ready", carrier: { of: "c".repeat(65_536) } }, "small_carrier"],
  ["jobs", { name: "any", state: "ready", run_at: "infinity" }, "due_some_time"],
  ["finished", { ...finished, state: "ready" }, "known_state"],
  ["finished", { ...finished, state: "discarded", result: {} }, "failure_has_no_result"],
  ["retries", { job_id: 1, finished_at: "now", attempts: 1, state: "succeeded" }, "known_state"],
  [
    "retries",
    { job_id: 1, finished_at: "now", attempts: 1, state: "canceled", retried_by: "b".repeat(2049) },
    "short_name",
  ],
  ["finished", { ...finished, payload_day: "2026-01-01" }, "payload_in_one_place"],
  ["payloads", { ...aside, payload: {} }, "payload_in_one_place"],
  ["payloads", { ...aside, store_key: null }, "payload_in_one_place"],
  ["payloads", { ...aside, store_key: "payloads/2026-01-01/any" }, "known_store_key"],
  ["payloads", { ...aside, store_key: KEY.replace("payloads", "results") }, "known_store_key"],
  ["payloads", { ...aside, store_key: `app/${KEY}` }, "known_store_key"],
  ["payloads", { ...aside, store_key: `${KEY}/../any` }, "known_store_key"],
  ["progress", { ...progress, kind: "any" }, "known_kind"],
  ["progress", { ...progress, kind: "sleep" }, "sleep_has_an_end"],
  ["progress", { ...progress, kind: "step", until_at: "now" }, "sleep_has_an_end"],
  ["progress", { ...progress, kind: "sleep", until_at: "now", value: 1 }, "sleep_has_no_value"],
  ["failures", { ...execution, outcome: "succeeded" }, "known_outcome"],
  ["drainers", { ...drainer, ended_at: "now", ending: "vanished" }, "known_ending"],
  ["drainers", { ...drainer, ended_at: "now" }, "ended_has_ending"],
  ["drainers", { ...drainer, ending: "closed" }, "ended_has_ending"],
]

test.each(good)("%s takes %j", async (table, row) => {
  await insert(table, row)
})

test.each(bad)("%s does not take %j, by the rule %s", async (table, row, rule) => {
  await expect(insert(table, row)).rejects.toThrow(rule)
})

test("a rule that is broken is told as a CHECK constraint would tell it", async () => {
  await expect(insert("jobs", { name: "any", state: "running" })).rejects.toMatchObject({
    code: "23514",
    table: "jobs",
    constraint: "known_state",
    message: 'new row for relation "jobs" violates check constraint "known_state"',
  })
})

test("what a job becomes must hold, too", async () => {
  await insert("jobs", { name: "changed", state: "ready" })
  for (const [changes, rule] of [
    ["state = 'running'", "known_state"],
    ["state = 'blocked'", "blocked_by_key"],
    ["run_at = '-infinity'", "due_some_time"],
    ["payload = null", "payload_in_one_place"],
    ["has_progress = true", "true_features"], // what no other index has
  ] as const)
    await expect(database.rows(`update sluice.jobs set ${changes} where name = 'changed'`)).rejects.toThrow(
      rule,
    )
})

test("the usual job costs no call of a function", async () => {
  const calls = async (row: object) => {
    const session = await database.connect()
    await session.query("begin")
    await session.query("set local track_functions = 'all'")
    await session.query(
      "insert into sluice.jobs (name, state, queue, priority, unique_key, carrier) select name, state, queue, priority, unique_key, carrier from json_populate_record(null::sluice.jobs, $1)",
      [JSON.stringify({ name: "usual", state: "ready", queue: "q", priority: 0, ...row })],
    )
    const { rows } = await session.query(
      `select coalesce(sum(pg_stat_get_xact_function_calls(oid)), 0)::int as calls from pg_proc
       where pronamespace = 'sluice'::regnamespace and proname in ('assert_whole', 'features_of')`,
    )
    await session.query("rollback")
    await session.end()
    return rows[0].calls
  }
  expect(await calls({})).toBe(0)
  expect(await calls({ unique_key: "u", carrier: { correlationId: "c" } })).toBe(0)
  expect(await calls({ state: "scheduled" })).toBe(1)
})

test("the index that holds jobs to their rules stays empty", async () => {
  const [{ kept }] = await database.rows(
    "select count(*)::int as kept from sluice.jobs where state <> 'ready'",
  )
  expect(kept).toBeGreaterThan(3)
  expect(await database.rows("select pg_relation_size('sluice.jobs_whole')::int as bytes")).toEqual([
    { bytes: 8192 }, // its first page, which has no rows
  ])
})

function insert(table: string, row: object) {
  const columns = Object.keys(row)
  return database.rows(
    `insert into sluice.${table} (${columns}) select ${columns} from json_populate_record(null::sluice.${table}, $1)`,
    [JSON.stringify(row)],
  )
}
