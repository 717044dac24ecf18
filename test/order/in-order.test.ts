import { createSluice } from "@sluice/core"
import { afterEach, beforeEach, expect, test } from "vitest"
import { openSession, type Session } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const KEY = { concurrencyKey: "account/7", concurrencyOrder: "enqueued" } as const
let session: Session
const next = async () => (await session.claim("any", "other")).map(({ id }) => id)
const enqueue = async (options = {}, name = "any") =>
  (await sluice.enqueue(name, {}, { ...KEY, ...options })).id
const fences = new Map<string, number>()
const settle = async (id: string, outcome: string, details = {}) => {
  const fence = fences.get(id) ?? 0
  if (outcome === "retried" || outcome === "snoozed") fences.set(id, fence + 1)
  await session.settle({ id, fence, outcome, ...details })
  await session.connection.query("select pg_advisory_unlock(sluice.job_lock($1))", [id])
}
const fail = (id: string) =>
  settle(id, "retried", { wait_ms: 3_600_000, error_class: "Error", error_message: "not today" })
const becomesDue = () =>
  database.pool.query("update sluice.jobs set run_at = now() where state = 'scheduled'")
/** Has the next look from the start repair what events have missed. */
const repairIsDue = () => database.pool.query("update sluice.ticks set ticked_at = '-infinity'")

beforeEach(async () => {
  await database.pool.query(
    `truncate sluice.jobs, sluice.finished, sluice.further_keys, sluice.permits, sluice.claims, sluice.drainers, sluice.pauses,
       sluice.cancellations, sluice.definitions`,
  )
  await database.pool.query("update sluice.ticks set ticked_at = 'infinity'") // nobody repairs what an event has missed
  fences.clear()
  session = await openSession(database)
})
afterEach(() => session.end())

test("jobs of a key run one at a time in the order of their enqueue, whatever their priorities, due times and names", async () => {
  const first = await enqueue()
  const urgent = await enqueue({ priority: -5 })
  const early = await enqueue({ runAt: new Date(Date.now() - 60_000) }, "other")
  const free = await enqueue({ concurrencyKey: "account/8" })

  expect(await next(), "other keys don't wait").toEqual([first, free])
  expect(await sluice.getJob(urgent)).toMatchObject({
    state: "blocked",
    blockedBy: "order",
    waitsFor: "account/7",
  })
  await settle(first, "succeeded")
  expect(await next()).toEqual([urgent])
  await settle(urgent, "discarded", { error_class: "Error", error_message: "no" })
  expect(await next()).toEqual([early])
})

test("jobs that come together are stored behind the first of them, and run in their order", async () => {
  const jobs = [0, -1, -2, -3].map((priority) => ({ name: "any", options: { ...KEY, priority } }))
  const stored = await sluice.enqueueMany(jobs)
  expect(stored.map(({ state }) => state)).toEqual(["ready", "blocked", "blocked", "blocked"])
  for (const { id } of stored) {
    expect(await next()).toEqual([id])
    await settle(id, "succeeded")
  }
})

test("a job that waits for its retry, or sleeps, holds the key", async () => {
  const [first, second] = [await enqueue(), await enqueue()]
  expect(await next()).toEqual([first])
  await fail(first)
  expect(await next(), "while it waits").toEqual([])
  await becomesDue()
  expect(await next()).toEqual([first])
  await settle(first, "snoozed", { wait_ms: 3_600_000 })
  expect(await next()).toEqual([])
  await becomesDue()
  expect(await next()).toEqual([first])
  await settle(first, "discarded", { error_class: "Error", error_message: "no" })
  expect(await next()).toEqual([second])
})

test("a job that lets others pass while it waits for its retry is the next once it is due", async () => {
  const [first, second, third] = [
    await enqueue({ concurrencyOnRetry: "pass" }),
    await enqueue(),
    await enqueue(),
  ]
  expect(await next()).toEqual([first])
  await fail(first)
  expect(await next()).toEqual([second])
  await becomesDue()
  expect(await next(), "one at a time").toEqual([])
  await settle(second, "succeeded")
  expect(await next()).toEqual([first])
  await settle(first, "succeeded")
  expect(await next()).toEqual([third])
})

test("a delayed job holds the key until it has run, also if it lets others pass", async () => {
  const first = await enqueue({ delay: "1h", concurrencyOnRetry: "pass" })
  const second = await enqueue()
  expect(await next()).toEqual([])
  await becomesDue()
  expect(await next()).toEqual([first])
  await settle(first, "succeeded")
  expect(await next()).toEqual([second])
})

test.each([
  ["is canceled", (id: string) => sluice.cancelJob(id)],
  [
    "gets another key",
    (id: string) =>
      sluice.enqueue("any", {}, { ...KEY, concurrencyKey: "other", ...replacing }).then(() => id),
  ],
  [
    "expires",
    async (id: string) => {
      await database.pool.query("update sluice.jobs set expires_at = now() where id = $1", [id])
      await database.pool.query("select sluice.expire_jobs('{any}')")
    },
  ],
])("a delayed job that %s lets the next one run", async (_what, act) => {
  const first = await enqueue({ delay: "1h", unique: replacing.unique })
  const second = await enqueue()
  expect(await next()).toEqual([])
  await act(first)
  expect(await next()).toContain(second)
})
const replacing = { unique: { key: "one", while: "waiting", onConflict: "replace" } } as const

test("a job that is deleted by hand lets the next one run with the next repair", async () => {
  const [first, second] = [await enqueue({ delay: "1h" }), await enqueue()]
  expect(await next()).toEqual([])
  await database.pool.query("delete from sluice.jobs where id = $1", [first])
  expect(await next()).toEqual([])
  await repairIsDue()
  expect(await next()).toEqual([second])
})

test("a paused queue, a paused key and a name that nobody performs hold the key, and give it back", async () => {
  const first = await enqueue({ queue: "slow" }, "other")
  const second = await enqueue()
  await sluice.pauseQueue("slow")
  expect(await next()).toEqual([])
  await sluice.resumeQueue("slow")
  await sluice.pauseKey(KEY.concurrencyKey)
  expect(await next()).toEqual([])
  await sluice.resumeKey(KEY.concurrencyKey)
  expect(await session.claim("any"), "which doesn't know the name").toEqual([])
  expect(await next()).toEqual([first])
  await settle(first, "succeeded")
  expect(await next()).toEqual([second])
})

test("a job that is discarded and retried is the next, before those that were enqueued after it", async () => {
  const options = { unique: { key: "u" } }
  const [first, second, third] = [await enqueue(options), await enqueue(), await enqueue()]
  await next()
  await settle(first, "discarded", { error_class: "Error", error_message: "no" })
  expect(await next()).toEqual([second])
  await database.pool.query(
    "insert into sluice.definitions (name, concurrency_key, concurrency_limit, holds_key) values ('any', 'account/7', 1, true)",
  )
  await sluice.retryJob(first)
  expect(await next(), "one at a time").toEqual([])
  await settle(second, "succeeded")
  expect(await next()).toEqual([first])
  fences.set(first, 1_000_000)
  await settle(first, "succeeded")
  expect(await next()).toEqual([third])
})

test("a job that is put off keeps its place, and so does one that is moved to another queue", async () => {
  const [first, second] = [await enqueue(), await enqueue()]
  await sluice.updateJob(first, { delay: "1h" })
  expect(await next()).toEqual([])
  await sluice.updateJob(second, { queue: "other", priority: -9 })
  expect(await next()).toEqual([])
  await sluice.runJobNow(first)
  expect(await next()).toEqual([first])
})

test("a job that was in flight when its drainer died runs again before those behind it", async () => {
  const [first, second] = [await enqueue(), await enqueue()]
  expect(await next()).toEqual([first])
  await session.end()
  session = await openSession(database)
  await expect
    .poll(async () => {
      await session.connection.query("select sluice.reap($1, 100)", [session.drainerId])
      return next()
    })
    .toEqual([first])
  fences.set(first, 1)
  await settle(first, "succeeded")
  expect(await next()).toEqual([second])
})

test("beside jobs of the key that ask for no order and a higher limit, those in order still run one at a time", async () => {
  const [first, second] = [await enqueue(), await enqueue()]
  const { id: free } = await sluice.enqueue(
    "any",
    {},
    { concurrencyKey: KEY.concurrencyKey, concurrencyLimit: 5 },
  )
  expect(await next()).toEqual([first, free])
  await settle(first, "succeeded")
  expect(await next()).toEqual([second])
})

test("with several limits, a job in order that another key holds back holds those behind it", async () => {
  const add = `with stored as (
      insert into sluice.jobs (name, concurrency_key, concurrency_limit, holds_key, further_keys, further_limits, features, state)
      values ('any', 'account/7', 1, true, $1, '{1}', 1 | 128 | 256, 'ready') returning id)
    , noted as (insert into sluice.further_keys select id, ($1::text[])[1], 1 from stored)
    select id::text from stored`
  const { id: holder } = await sluice.enqueue("any", {}, { concurrencyKey: "host" })
  await next()
  const [first, second] = [await database.rows(add, [["host"]]), await database.rows(add, [["free"]])]
  expect(await next()).toEqual([])
  await settle(holder, "succeeded")
  expect(await next()).toEqual([first[0].id])
  await settle(first[0].id, "succeeded")
  expect(await next()).toEqual([second[0].id])
})

test("many ready jobs of a key are put behind in sets, and don't hold up others", async () => {
  await database.pool.query(
    `insert into sluice.jobs (name, concurrency_key, concurrency_limit, holds_key, features, state)
     select 'any', 'account/7', 1, true, 1 | 256, 'ready' from generate_series(1, 3000)`,
  )
  const { id: free } = await sluice.enqueue("any", {})
  expect(await next(), "the first").toHaveLength(1)
  await next()
  expect(await next()).toContain(free)
})

test("beside jobs of another limit, one that let others pass waits for the one that runs", async () => {
  const [first, second] = [await enqueue({ concurrencyOnRetry: "pass" }), await enqueue()]
  expect(await next()).toEqual([first])
  await fail(first)
  await sluice.enqueue("any", {}, { concurrencyKey: KEY.concurrencyKey, concurrencyLimit: 5, delay: "2d" })
  expect(await next()).toEqual([second])
  await database.pool.query("update sluice.jobs set run_at = now() where id = $1", [first])
  expect(await next(), "though the key has room").toEqual([])
  await settle(second, "succeeded")
  expect(await next()).toEqual([first])
})
