import { type BulkResult, createSluice, defineJob, drain, type JobFilter, type Sluice } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
let isBroken = true
const jobs = [
  defineJob({
    name: "fails",
    maxAttempts: 1,
    perform() {
      if (isBroken) throw new Error("broken")
    },
  }),
  defineJob({ name: "noop", perform() {} }),
  defineJob({ name: "computed", concurrency: { key: () => "k" }, perform() {} }),
]
let wakes = 0
const sluice: Sluice = createSluice({ database: database.pool, jobs, wake: async () => void wakes++ })
const drainOnce = () => drain(sluice, { connect: database.connect })
const many = (count: number, name: string, options = {}) =>
  sluice.enqueueMany(Array.from({ length: count }, () => ({ name, options })))

beforeEach(async () => {
  await database.pool.query(
    "delete from sluice.jobs; delete from sluice.finished; delete from sluice.failures",
  )
})

test("of many jobs, those that match are canceled, in sets", async () => {
  await many(12_000, "noop", { queue: "mail", delay: "1h" })
  await many(3, "noop", { queue: "other", delay: "1h" })
  expect(await sluice.cancelJobs({ queue: "mail" }, { dryRun: true })).toEqual({
    matched: 12_000,
    changed: 0,
    refused: [],
  })
  expect(await sluice.cancelJobs({ queue: "mail" })).toEqual({
    matched: 12_000,
    changed: 12_000,
    refused: [],
  })
  expect(await database.rows("select queue, count(*)::int from sluice.jobs group by 1")).toEqual([
    { queue: "other", count: 3 },
  ])
})

test("what has run out of attempts is retried, and nothing twice", async () => {
  isBroken = true
  await many(1_200, "fails")
  await many(5, "noop")
  await drainOnce()
  wakes = 0
  expect(await sluice.retryJobs({ name: "fails" }, { retriedBy: "ada" })).toEqual({
    matched: 1_200,
    changed: 1_200,
    refused: [],
  })
  expect(wakes).toBe(1)
  expect(await database.rows("select retried_by, count(*)::int from sluice.retries group by 1")).toEqual([
    { retried_by: "ada", count: 1_200 },
  ])
  isBroken = false
  await drainOnce()
  expect(await database.rows("select state, count(*)::int from sluice.finished group by 1")).toEqual([
    { state: "succeeded", count: 1_205 },
  ])
})

test("a drainer is asked for once, however many sets the jobs make up", async () => {
  let asked = 0
  const query = (text: string, values?: unknown[]) => {
    if (text.includes("request_wake")) asked++
    return database.pool.query(text, values)
  }
  const counting = createSluice({ database: { query }, wake: async () => {} })
  await many(1_200, "noop", { delay: "1h" })
  expect(await counting.updateJobs({ name: "noop" }, { delay: 0 })).toMatchObject({ changed: 1_200 })
  expect(asked).toBe(1)
})

test("finished jobs are deleted, and those that aren't are left", async () => {
  await many(20, "noop", { tags: ["old"] })
  await drainOnce()
  await many(2, "noop", { tags: ["old"] })
  expect(await sluice.deleteJobs({ tag: "old" })).toEqual({ matched: 20, changed: 20, refused: [] })
  expect(await database.rows("select from sluice.finished")).toEqual([])
  expect(await database.rows("select from sluice.jobs")).toHaveLength(2)
})

test("jobs are changed, and made due", async () => {
  await many(10, "noop", { delay: "1h" })
  expect(await sluice.updateJobs({ name: "noop" }, { priority: 3, payload: { new: true } })).toMatchObject({
    changed: 10,
  })
  expect(await sluice.runJobsNow({ state: "scheduled" })).toMatchObject({ matched: 10, changed: 10 })
  expect(await database.rows("select distinct state, priority, payload from sluice.jobs")).toEqual([
    { state: "ready", priority: 3, payload: { new: true } },
  ])
})

test("those that are refused are named, with the reason", async () => {
  const session = await openSession(database)
  const { id } = await sluice.enqueue("noop", {})
  await session.claim("noop")
  await many(2, "noop", { delay: "1h" })
  expect(await sluice.updateJobs({ name: "noop" }, { queue: "mail" })).toEqual({
    matched: 3,
    changed: 2,
    refused: [{ id, code: "job_running" }],
  })
  await session.end()
})

test("a call whose time is over says where the next one continues", async () => {
  await many(12_000, "noop", { delay: "1h" })
  let result: BulkResult = await sluice.cancelJobs({ name: "noop" }, { within: 0 })
  expect(result).toMatchObject({ matched: 5_000, changed: 5_000, next: expect.any(String) })
  let changed = result.changed
  while (result.next !== undefined) {
    result = await sluice.cancelJobs({ name: "noop" }, { within: 0, after: result.next })
    changed += result.changed
  }
  expect(changed).toBe(12_000)
})

const old = { enqueuedBefore: "2020-01-01T00:00:00Z" }
const conditions: [what: string, options: object, filter: JobFilter, other: JobFilter][] = [
  ["name", {}, { name: "noop" }, { name: "fails" }],
  ["queue", { queue: "q" }, { queue: "q" }, { queue: "default" }],
  ["tag", { tags: ["a", "b"] }, { tag: "b" }, { tag: "c" }],
  [
    "metadata",
    { metadata: { customer: 7, more: 1 } },
    { metadata: { customer: 7 } },
    { metadata: { customer: 8 } },
  ],
  ["unique key", { uniqueKey: "u" }, { uniqueKey: "u" }, { uniqueKey: "v" }],
  ["concurrency key", { concurrencyKey: "c" }, { concurrencyKey: "c" }, { concurrencyKey: "d" }],
  ["time", {}, { enqueuedAfter: "2020-01-01T00:00:00Z" }, old],
  ["all of these", { queue: "q", tags: ["a"] }, { queue: "q", tag: "a" }, { queue: "q", tag: "b" }],
]

test.each(conditions)(
  "jobs are chosen by %s, waiting and finished",
  async (_what, options, filter, other) => {
    const { id } = await sluice.enqueue("noop", {}, options)
    const none = { matched: 0, changed: 0, refused: [] }
    expect(await sluice.cancelJobs(other)).toEqual(none)
    expect(await sluice.cancelJobs({ ...filter, ids: [id, id, "9999999"] }, { dryRun: true })).toMatchObject({
      matched: 1,
    })
    expect(await sluice.cancelJobs(filter)).toMatchObject({ matched: 1, changed: 1 })
    expect(await sluice.deleteJobs(other)).toEqual(none)
    expect(await sluice.deleteJobs({ ...other, ids: [id] })).toEqual(none)
    expect(await sluice.deleteJobs(filter)).toMatchObject({ matched: 1, changed: 1 })
  },
)

test("jobs are chosen by the state that the API names", async () => {
  const session = await openSession(database)
  await many(1, "fails")
  await session.claim("fails")
  await many(2, "noop")
  await many(3, "noop", { delay: "1h" })
  await many(4, "noop", { queue: "asleep" })
  await sluice.pauseQueue("asleep")
  const count = async (state: JobFilter["state"] & string) =>
    (await sluice.cancelJobs({ state }, { dryRun: true })).matched
  expect(await count("running")).toBe(1)
  expect(await count("ready")).toBe(2)
  expect(await count("scheduled")).toBe(3)
  expect(await count("blocked")).toBe(4)
  expect(await count("succeeded"), "that can't be canceled").toBe(0)
  await session.end()
})

test("a payload is checked by the one definition that it is for", async () => {
  const payload = { a: 1 }
  await expect(sluice.updateJobs({ queue: "mail" }, { payload })).rejects.toMatchObject({
    path: ["filter", "name"],
  })
  await expect(sluice.updateJobs({ name: "computed" }, { payload })).rejects.toMatchObject({
    path: ["changes", "payload"],
  })
})

test("a call doesn't continue where no history can be", async () => {
  await many(1, "noop")
  await drainOnce()
  const [{ part }] = await database.rows("select tableoid::int8 as part from sluice.finished")
  for (const after of [`${part}-4294967296-0`, `${part}-0-999999999999999`, "4294967296-0-0"])
    await expect(sluice.deleteJobs({ name: "noop" }, { after })).rejects.toMatchObject({
      code: "invalid_option",
      path: ["after"],
    })
})
