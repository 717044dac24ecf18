import { createSluice, defineJob, drain, type JobFilter, type JobState } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

// What the conditions of a filter find, in a list, in a count and in the verbs for many.
class CardDeclined extends Error {
  override readonly name = "CardDeclined"
}

const database = await createDatabase()
const jobs = [
  defineJob({ name: "done", perform: () => "result" }),
  defineJob({
    name: "fails",
    maxAttempts: 1,
    perform() {
      throw new CardDeclined("no money")
    },
  }),
  defineJob({
    name: "retries",
    perform() {
      throw new CardDeclined("not yet")
    },
  }),
]
const sluice = createSluice({ database: database.pool, jobs })

const store = async (name: string, payload: Record<string, unknown> = {}, options = {}) =>
  (await sluice.enqueue(name as "done", payload, options)).id
const large = { text: "x".repeat(20_000), order: { id: 99 } }
const ids = {
  succeeded: await store("done", { order: { id: 17, lines: [{ sku: "a" }] } }, { queue: "mail" }),
  discarded: await store("fails", { order: { id: "17" } }, { uniqueKey: "order-17" }),
  scheduled: await store("retries", { note: null }, { queue: "slow" }),
  largeDone: await store("done", large),
}
await drain(sluice, { connect: database.connect, concurrency: 1 })
const waiting = {
  ready: await store("done", { ok: true, "a:b": "c:d", url: "http://a:1" }, { uniqueKey: "order-18" }),
  large: await store("done", large, { concurrencyKey: "order-18" }),
  further: await store("fails", { order: {} }, { queue: "mail" }),
}
const name = { ...ids, ...waiting }
const labels = new Map(Object.entries(name).map(([label, id]) => [id, label]))

/** The labels of the jobs in all pages of a list. */
async function listed(filter: Omit<JobFilter, "ids">, limit = 2): Promise<string[]> {
  const found: string[] = []
  let after: string | undefined
  do {
    const page = await sluice.listJobs(filter, { limit, ...(after !== undefined && { after }) })
    found.push(...page.jobs.map(({ id }) => labels.get(id) as string))
    after = page.next
  } while (after !== undefined)
  return found.toSorted()
}

test.each<[Omit<JobFilter, "ids">, string[]]>([
  [{ key: "order-17" }, ["discarded"]],
  [{ key: "order-18" }, ["large", "ready"]],
  [{ uniqueKey: "order-18" }, ["ready"]],
  [{ errorClass: "CardDeclined" }, ["discarded", "scheduled"]],
  [{ errorClass: "CardDeclined", state: "discarded" }, ["discarded"]],
  [{ errorClass: "CardDeclined", state: "succeeded" }, []],
  [{ errorClass: "Error" }, []],
  [{ input: "order.id:17" }, ["discarded", "succeeded"]],
  [{ input: { path: "order.id", value: 17 } }, ["discarded", "succeeded"]],
  [{ input: "order.id:99" }, ["large", "largeDone"]],
  [{ input: "order.lines.0.sku:a" }, ["succeeded"]],
  [{ input: { path: "note", value: null } }, ["scheduled"]],
  [{ input: { path: "missing", value: null } }, []],
  [{ input: { path: "ok", value: true } }, ["ready"]],
  [{ input: { path: "a:b", value: "c:d" } }, ["ready"]],
  [{ input: "url:http://a:1" }, ["ready"]],
  [{ input: "order.id:1" }, []],
  [{ state: ["succeeded", "ready"] }, ["further", "large", "largeDone", "ready", "succeeded"]],
  [{ state: ["discarded", "canceled"] }, ["discarded"]],
  [{ state: ["scheduled"] }, ["scheduled"]],
  [{ state: ["running", "scheduled"] }, ["scheduled"]],
  [{ name: ["fails", "retries"] }, ["discarded", "further", "scheduled"]],
  [{ name: "fails", queue: ["mail", "slow"] }, ["further"]],
  [{ queue: ["mail"] }, ["further", "succeeded"]],
  [{ since: "2001-01-01T00:00:00Z", state: "discarded" }, ["discarded"]],
  [{ since: "9000-01-01T00:00:00Z" }, []],
  [{ until: "2001-01-01T00:00:00Z" }, []],
])("a list, a count and a dry run with %j find exactly its jobs", async (filter, expected) => {
  for (const limit of [1, 100]) expect(await listed(filter, limit), `${limit}`).toEqual(expected)
  const { count, hasMore, states } = await sluice.countJobs(filter)
  expect({ count, hasMore }).toEqual({ count: expected.length, hasMore: false })
  expect(Object.values(states).reduce((sum, state) => sum + state.count, 0)).toBe(expected.length)
  const [unfinished, finished] = [
    await sluice.cancelJobs(filter, { dryRun: true }),
    await sluice.deleteJobs(filter, { dryRun: true }),
  ]
  expect(unfinished.matched + finished.matched).toBe(expected.length)
  const all = Object.values(name)
  const byId = [await sluice.cancelJobs({ ...filter, ids: all }, { dryRun: true }), expected.length] as const
  expect(byId[0].matched).toBe(byId[1])
})

test("since and until look at the end of a finished job, and at the enqueue of one that isn't", async () => {
  await database.rows("update sluice.finished set enqueued_at = '2001-01-01', finished_at = finished_at")
  await database.rows("update sluice.jobs set enqueued_at = '2001-01-01' where id = $1", [waiting.ready])
  expect(await listed({ since: "2002-01-01T00:00:00Z" })).toEqual(
    Object.keys(name)
      .filter((label) => label !== "ready")
      .toSorted(),
  )
  expect(await listed({ until: "2002-01-01T00:00:00Z" })).toEqual(["ready"])
  expect(await listed({ enqueuedBefore: "2002-01-01T00:00:00Z" })).toEqual([
    "discarded",
    "largeDone",
    "ready",
    "succeeded",
  ])
})

test("jobs that have not succeeded are listed by when they ended, page by page", async () => {
  await database.rows(
    `insert into sluice.finished (id, state, name, queue, priority, attempts, enqueued_at, run_at, finished_at, payload)
     select 500000 - n, case when n % 2 = 0 then 'discarded' else 'canceled' end, 'old', 'old', 0, 1, now(), now(),
            now() - n % 40 * interval '1 second' - interval '1 hour', '{}' from generate_series(1, 12000) n`,
  )
  for (const state of ["discarded", "canceled"] as const) {
    const found: string[] = []
    let after: string | undefined
    do {
      const page = await sluice.listJobs({ state, queue: "old" }, { limit: 700, ...(after && { after }) })
      found.push(...page.jobs.map(({ id }) => id))
      after = page.next
    } while (after !== undefined)
    const expected = await database.rows(
      "select id from sluice.finished where state = $1 and queue = 'old' order by finished_at desc, id desc",
      [state],
    )
    expect(found).toEqual(expected.map(({ id }) => id))
  }
  const { states } = await sluice.countJobs({ queue: "old" }, { limit: 5_500 })
  expect(states.discarded).toEqual({ count: 5_500, hasMore: true })
})

test("a count without conditions is that of the states, up to its limit", async () => {
  const { states } = await sluice.countJobs({}, { limit: 1_000 })
  const expected: Partial<Record<JobState, object>> = {
    ready: { count: 3, hasMore: false },
    scheduled: { count: 1, hasMore: false },
    blocked: { count: 0, hasMore: false },
    waiting: { count: 0, hasMore: false },
    running: { count: 0, hasMore: false },
    succeeded: { count: 2, hasMore: false },
    discarded: { count: 1_000, hasMore: true },
    canceled: { count: 1_000, hasMore: true },
  }
  expect(states).toEqual(expected)
  expect(await sluice.countJobs({ state: ["ready", "scheduled"] })).toMatchObject({
    count: 4,
    hasMore: false,
  })
  await sluice.pauseName("done")
  expect((await sluice.countJobs()).states).toMatchObject({ ready: { count: 1 }, blocked: { count: 2 } })
  await sluice.resumeName("done")
  await sluice.pauseQueue("mail")
  expect((await sluice.countJobs()).states).toMatchObject({ ready: { count: 2 }, blocked: { count: 1 } })
  await sluice.resumeQueue("mail")
})

test("where nothing has succeeded, not all of the history is read to count that", async () => {
  const other = await createDatabase()
  const { countJobs } = createSluice({ database: other.pool })
  await other.rows(`insert into sluice.finished (id, state, name, queue, priority, attempts, run_at, enqueued_at, finished_at)
    select n, 'canceled', 'job', 'default', 0, 1, now(), now(), now() from generate_series(1, 50100) n`)
  const { states } = await countJobs({}, { limit: 50 })
  expect(states).toMatchObject({
    succeeded: { count: 0, hasMore: true },
    canceled: { count: 50, hasMore: true },
    discarded: { count: 0, hasMore: false },
  })
  await other.rows("delete from sluice.finished where id > 100")
  expect((await countJobs({}, { limit: 50 })).states.succeeded).toEqual({ count: 0, hasMore: false })
})

test("while a name is paused, a count of states looks at 10,000 ready jobs, and says that there may be more", async () => {
  await sluice.pauseName("crowd")
  await database.pool.query(
    `insert into sluice.jobs (name, queue, payload, state) select 'crowd', 'crowd', '{}', 'ready' from generate_series(1, 10100)`,
  )
  const { states } = await sluice.countJobs({}, { limit: 20 })
  expect(states.blocked).toEqual({ count: 20, hasMore: true })
  expect(states.ready).toMatchObject({ hasMore: true })
  await database.pool.query("delete from sluice.jobs where name = 'crowd'")
  expect((await sluice.countJobs({}, { limit: 20 })).states.ready).toEqual({ count: 3, hasMore: false })
  await sluice.resumeName("crowd")
})

test("a count ends in time, and says that there may be more", async () => {
  const { hasMore } = await sluice.countJobs({ queue: "nowhere" }, { within: 0 })
  expect(hasMore).toBe(true)
})

test("a list ends in time, and continues where it was", async () => {
  const { jobs: none, next } = await sluice.listJobs({ queue: "nowhere" }, { within: 0 })
  expect(none).toEqual([])
  expect(next).toBeDefined()
})

test("running jobs are found by their locks, and who holds one is known", async () => {
  const id = waiting.ready
  const client = await database.pool.connect()
  await client.query("select pg_advisory_lock(sluice.job_lock($1))", [id])
  expect(await listed({ state: "running" })).toEqual(["ready"])
  expect(await listed({ state: ["running"], queue: "mail" })).toEqual([])
  expect((await sluice.countJobs()).states).toMatchObject({ running: { count: 1 }, ready: { count: 2 } })
  expect(await sluice.getHolder(waiting.further)).toBeUndefined()
  const [{ pid }] = (await client.query("select pg_backend_pid() as pid")).rows
  expect(await sluice.getHolder(id)).toEqual({
    backendPid: pid,
    drainerId: null,
    drainer: null,
    drainerStartedAt: null,
    since: null,
  })
  await client.query("select pg_advisory_unlock(sluice.job_lock($1))", [id])
  client.release()
  expect(await sluice.getHolder(id)).toBeUndefined()
})

test("values to begin a filter with are those of new jobs and of definitions", async () => {
  await sluice.enqueue(
    "done",
    {},
    { tags: ["<b>", "a"], queue: "tagged", metadata: { zone: "eu", order: { id: 1 } } },
  )
  const { names, queues, tags, metadata } = await sluice.getFilterValues()
  expect(metadata).toContain("zone")
  expect(metadata).not.toContain("order")
  expect(names).toEqual(expect.arrayContaining(["done", "fails", "old", "retries"]))
  expect(queues).toEqual(expect.arrayContaining(["mail", "slow", "tagged"]))
  expect(tags).toEqual(["<b>", "a"])
})

test("keys of metadata that nobody would type, and metadata that takes long to read, begin no filter", async () => {
  const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, nth) => [`many${nth}`, nth]))
  await store("done", {}, { delay: "1h", metadata: many })
  await store("done", {}, { delay: "1h", metadata: { ["k".repeat(128)]: 1, ["l".repeat(129)]: 1 } })
  const { metadata } = await sluice.getFilterValues()
  expect(metadata).toContain("k".repeat(128))
  expect(metadata.filter((key) => /^(many|l{129})/.test(key))).toEqual([])
})

test.each<[object, string]>([
  [{ state: [] }, "filter.state is []"],
  [{ state: ["ready", "asleep"] }, 'filter.state.1 is "asleep"'],
  [{ name: Array(101).fill("a") }, "filter.name is "],
  [{ queue: ["a", 5] }, "filter.queue.1 is 5"],
  [{ key: "" }, 'filter.key is ""'],
  [{ errorClass: 5 }, "filter.errorClass is 5"],
  [{ input: "no value" }, 'filter.input is "no value"'],
  [{ input: ":17" }, 'filter.input is ":17"'],
  [{ input: { path: "a", value: {} } }, "filter.input is "],
  [{ input: { path: "a\0", value: 1 } }, "filter.input is "],
  [{ since: "yesterday" }, 'filter.since is "yesterday"'],
  [{ until: 5 }, "filter.until is 5"],
])("the filter %j is refused", async (filter, says) => {
  await expect(sluice.listJobs(filter)).rejects.toThrow(says)
  await expect(sluice.countJobs(filter)).rejects.toThrow(says)
  await expect(sluice.cancelJobs(filter)).rejects.toThrow(says)
})
