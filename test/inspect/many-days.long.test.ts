import { createSluice } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import type { PoolClient } from "pg"
import { beforeAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

// Each partition that a statement may read costs it time and locks, also where it has nothing.
const DAYS = 90
/** Of the 6,400 that a server has room for by default, beside those of the drainers. */
const MOST_LOCKS = 200

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
/** Discarded jobs of the history: of today, of long ago, and one of today with its payload aside. */
const FAILED = { new: 3, old: 4, large: 5 }
const ids: Record<"new" | "old" | "waiting", string> = { new: "1", old: "2", waiting: "" }
/** A job with its payload aside, one that runs after it and after a discarded one, and a batch with that one. */
const others = { large: "", child: "", batch: "" }

beforeAll(async () => {
  await migrate(database.url, { retention: `${DAYS}d` })
  for (let back = DAYS - 1; back > 0; back -= 4)
    await database.rows("select sluice.force_maintenance($1, now() - $2 * interval '1 day')", [
      `${DAYS} days`,
      back,
    ])
  for (const [id, daysAgo] of [
    [1, 0.1],
    [2, 80],
  ]) {
    await database.rows(
      `insert into sluice.finished (id, enqueued_at, run_at, finished_at, priority, attempts, state, name, queue, payload)
       select $1, at - interval '1 hour', at, at, 0, 2, 'succeeded', 'any', 'default', '{}' from (select now() - $2 * interval '1 day' as at) a`,
      [id, daysAgo],
    )
    await database.rows(
      `insert into sluice.failures (job_id, ended_at, attempt, outcome, error_class, error_message)
       values ($1, now() - $2 * interval '1 day', 1, 'retried', 'Error', 'failed')`,
      [id, daysAgo],
    )
  }
  for (const [id, daysAgo, payload, payloadDay] of [
    [FAILED.new, 0.1, "{}", null],
    [FAILED.old, 80, "{}", null],
    [FAILED.large, 0.1, null, 3],
  ])
    await database.rows(
      `insert into sluice.finished (id, enqueued_at, run_at, finished_at, priority, attempts, state, name, queue, payload, payload_day)
       select $1, at - interval '4 days', at, at, 0, 2, 'discarded', 'any', 'default', $3, current_date - $4::integer
       from (select now() - $2 * interval '1 day' as at) a`,
      [id, daysAgo, payload, payloadDay],
    )
  await database.rows(
    `insert into sluice.payloads (day, job_id, payload) select current_date - 3, $1, jsonb_build_object('large', repeat('x', 500000))`,
    [FAILED.large],
  )
  await database.rows("select setval('sluice.job_ids', 100)")
  ids.waiting = (await sluice.enqueue("any", {})).id
  others.large = (await sluice.enqueue("any", { text: "x".repeat(100_000) })).id
  others.child = (await sluice.enqueue("any", {}, { after: [String(FAILED.new), others.large] })).id
  others.batch = (await sluice.enqueueBatch([{ name: "any" }])).id
  await database.rows("update sluice.finished set batch_id = $1, unique_key = 'key' where id = $2", [
    others.batch,
    FAILED.new,
  ])
  await database.rows(
    `insert into sluice.failures (job_id, ended_at, attempt, outcome, error_class, error_message, name, fingerprint)
     select id, finished_at, 2, 'discarded', 'Error', 'failed', 'any', 'print' from sluice.finished where state = 'discarded'`,
  )
}, 120_000)

test.each(["new", "old", "waiting"] as const)(
  "of %s jobs, everything is found among 90 days",
  async (which) => {
    const job = await sluice.getJob(ids[which])
    expect(job).toMatchObject({ id: ids[which], errorCount: which === "waiting" ? 0 : 1 })
    expect(job?.errors).toHaveLength(which === "waiting" ? 0 : 1)
  },
)

test.each([
  ["get_job", "new"],
  ["get_job", "waiting"],
  ["get_job_status", "new"],
  ["get_job_status", "waiting"],
] as const)("%s of a %s job takes few locks, however many days are kept", async (name, which) => {
  expect(await locksOf(`select sluice.${name}(${ids[which]})`)).toBeLessThan(MOST_LOCKS)
})

test.each([
  ["retry_jobs", [FAILED.new]],
  ["retry_jobs", [FAILED.new, FAILED.large]],
  ["retry_jobs", [1]],
  ["delete_jobs", [1, FAILED.large]],
  ["cancel_jobs", [1]],
] as const)("%s of jobs that have finished lately, such as %j, takes few locks too", async (name, jobs) => {
  expect(await locksOf(`select * from sluice.${name}('{${jobs}}')`)).toBeLessThan(MOST_LOCKS)
})

test.each<[what: string, call: () => string]>([
  ["changing a job's priority", () => `update_jobs('{${ids.waiting}}', '{"priority": 3}')`],
  ["giving a job another payload", () => `update_jobs('{${others.large}}', '{"payload": {}}')`],
  ["canceling a job with its payload aside", () => `cancel_jobs('{${others.large}}')`],
  ["canceling one that others run after", () => `cancel_jobs('{${ids.waiting}}')`],
  ["refusing to delete a job that waits", () => `delete_jobs('{${ids.waiting}}')`],
  ["the payloads of a claim", () => `payloads_of('{${others.large}}')`],
  ["a settle that forgets payloads", () => `forget_for_good('{${others.large}}')`],
  ["computing keys", () => "read_unkeyed('{any}', 10, 100000)"],
  ["the parents of a job", () => `read_parents(${others.child})`],
  ["what a job is connected with", () => `get_relatives(${others.child}, 10)`],
  ["putting right what is known of parents", () => `heal_dependencies('{${others.child}}')`],
  ["looking at the children of a parent that was retried", () => `note_dependents_of('{${FAILED.new}}')`],
  ["gathering jobs that have finished", () => `gather_others(${others.batch}, '{1,${FAILED.new}}')`],
  ["counting those that finish now", () => `count_gathered('{1}')`],
  ["the failed jobs of a batch", () => `find_finished_jobs('{"batch": "${others.batch}"}', '{discarded}')`],
  ["the past of a batch", () => `past_of_batch(${others.batch}, '{1}', now() - interval '1 hour')`],
  [
    "finding some jobs",
    () => `find_jobs_by_id('{"state": ["ready", "discarded"]}', '{${ids.waiting},${FAILED.new}}')`,
  ],
  ["finding a job by its unique key", () => "find_unique_job('any', 'key')"],
  ["and one that has finished", () => "find_unique_job('any', 'key', true)"],
  ["a page of discarded jobs", () => "list_unsuccessful_jobs('{}', 'discarded', null, null, 50)"],
  [
    "the groups of errors of a day",
    () => "list_errors(null, null, now() - interval '1 day', now(), false, 10, 100)",
  ],
  [
    "the failures of one",
    () => "list_failures('print', null, now() - interval '1 day', now(), null, null, 10)",
  ],
  ["its discarded jobs", () => "list_discarded('print', now() - interval '1 day', now(), 10)"],
  ["its trend", () => "trend_of_error('print', now() - interval '1 day', now(), 3600000)"],
  ["suggestions for filters", () => "suggest_filters(10)"],
])("%s takes few locks, however many days are kept", async (_what, call) => {
  expect(await locksOf(`select sluice.${call()}`)).toBeLessThan(MOST_LOCKS)
})

test("what is read day by day is complete", async () => {
  const read = async (call: string) => (await database.rows(`select sluice.${call} as read`))[0].read
  expect(await read(`read_parents(${others.child})`)).toMatchObject([
    { id: String(FAILED.new), state: "discarded", error: { message: "failed" } },
    { id: others.large, state: "ready", error: null },
  ])
  expect(await read(`get_relatives(${others.child}, 10)`)).toMatchObject({
    parents: [
      { id: String(FAILED.new), name: "any", state: "discarded" },
      { id: others.large, name: "any", state: "ready" },
    ],
  })
  expect(await read(`find_jobs_by_id('{"state": ["discarded"]}', '{1,2,3,4,${ids.waiting}}')`)).toEqual([
    String(FAILED.new),
    String(FAILED.old),
  ])
  expect(await read("find_unique_job('any', 'key', true)")).toBe(String(FAILED.new))
  expect((await sluice.listJobs({ state: "discarded" })).jobs.map(({ id }) => Number(id)).toSorted()).toEqual(
    Object.values(FAILED),
  )
  expect(await sluice.listJobs({ state: "discarded" })).not.toHaveProperty("next")
  const batch = { batch: others.batch, state: "discarded" } as const
  expect(await sluice.countJobs(batch)).toMatchObject({ count: 1, hasMore: false })
})

test("one of long ago takes its day's locks more, and those of looking for it", async () => {
  const looking = await locksOf(`select sluice.get_job(${FAILED.old})`)
  const retrying = await locksOf(`select * from sluice.retry_jobs('{${FAILED.old}}')`)
  expect(retrying).toBeLessThan(looking + MOST_LOCKS)
})

test("jobs of several days are retried and deleted at once, with their payloads, and each refusal is right", async () => {
  await inTransaction(async (client) => {
    const given = `{${FAILED.new},${FAILED.old},${FAILED.large},1,2,99}`
    const { rows } = await client.query("select * from sluice.retry_jobs($1) order by job_id", [given])
    expect(rows.map(({ job_id, state, refusal }) => [job_id, state, refusal])).toEqual([
      ["1", "succeeded", "job_succeeded"],
      ["2", "succeeded", "job_succeeded"],
      [String(FAILED.new), "ready", null],
      [String(FAILED.old), "ready", null],
      [String(FAILED.large), "ready", null],
      ["99", null, "job_not_found"],
    ])
    const left = await client.query("select id from sluice.finished order by id")
    expect(left.rows.map(({ id }) => id)).toEqual(["1", "2"])
    const large = await client.query("select sluice.get_job($1) as job", [FAILED.large])
    expect(large.rows[0].job).toMatchObject({ payload: { large: "x".repeat(500_000) } })
    const stored = await client.query("select large_bytes from sluice.jobs where id = $1", [FAILED.large])
    expect(stored.rows[0].large_bytes).toBeGreaterThan(0)
  })
  await inTransaction(async (client) => {
    const given = `{${FAILED.old},${FAILED.large},1,99}`
    const { rows } = await client.query("select * from sluice.delete_jobs($1) order by job_id", [given])
    expect(rows.map(({ job_id, refusal }) => [job_id, refusal])).toEqual([
      ["1", null],
      [String(FAILED.old), null],
      [String(FAILED.large), null],
      ["99", "job_not_found"],
    ])
    const left = await client.query(
      "select id from sluice.finished union all select job_id from sluice.payloads union all select job_id from sluice.failures order by id",
    )
    expect(left.rows.map(({ id }) => id)).toEqual(["2", "2", "3", "3", others.large])
  })
})

test("enqueueing, the overview of queues and health take as few", async () => {
  for (const call of ["enqueue('any')", "read_health(60000)", "list_queues()"])
    expect(await locksOf(`select sluice.${call}`), call).toBeLessThan(MOST_LOCKS)
})

async function locksOf(statement: string): Promise<number> {
  return inTransaction(async (client) => {
    await client.query(statement)
    const { rows } = await client.query(
      "select count(*)::integer as locks from pg_locks where pid = pg_backend_pid()",
    )
    return rows[0].locks
  })
}

/** It is rolled back. */
async function inTransaction<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const client = await database.pool.connect()
  try {
    await client.query("begin")
    return await work(client)
  } finally {
    await client.query("rollback")
    client.release()
  }
}
