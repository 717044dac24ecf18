import { createSluice, defineJob, type Hooks } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { z } from "zod"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const calls: unknown[] = []
const lines: [string, unknown][] = []
const log = {
  debug() {},
  info() {},
  warn() {},
  error: (message: string, details?: unknown) => void lines.push([message, details]),
}
type Changeable = { -readonly [Name in keyof Hooks]: Hooks[Name] }
const outer: Changeable = {}
const inner: Changeable = {}
const hooked = defineJob({ name: "hooked", input: z.object({ n: z.number() }), hooks: inner, perform() {} })
const bare = defineJob({ name: "bare", perform() {} })
const sluice = createSluice({ database: database.pool, jobs: [hooked, bare], hooks: outer, log })

beforeEach(async () => {
  calls.length = lines.length = 0
  for (const hooks of [outer, inner]) for (const name of Object.keys(hooks)) delete hooks[name as keyof Hooks]
  await database.pool.query("delete from sluice.jobs")
})

test("hooks are called around and after an enqueue, the Sluice's outside, and are told the job", async () => {
  for (const [level, hooks] of Object.entries({ outer, inner })) {
    hooks.aroundEnqueue = async (jobs, next) => {
      calls.push([level, jobs, await count()])
      await next()
      calls.push([level, "stored", await count()])
    }
    hooks.afterEnqueue = (jobs) => void calls.push([level, "after", jobs])
  }
  const job = { name: "hooked", payload: { n: 1 }, options: { priority: 2 } }
  const result = await hooked.enqueue(job.payload, job.options)
  const after = [{ ...job, id: result.id, status: "enqueued", state: "ready" }]
  expect(calls).toEqual([
    ["outer", [job], 0],
    ["inner", [job], 0],
    ["inner", "stored", 1],
    ["outer", "stored", 1],
    ["inner", "after", after],
    ["outer", "after", after],
  ])
})

test("once for a batch: the Sluice's for all of its jobs, a definition's for its own", async () => {
  outer.aroundEnqueue = (jobs, next) => {
    calls.push(["outer", jobs.map(({ name }) => name)])
    return next()
  }
  inner.aroundEnqueue = (jobs, next) => {
    calls.push(["inner", jobs.map(({ payload }) => payload)])
    return next()
  }
  outer.afterEnqueue = (jobs) => void calls.push(["outer after", jobs.map(({ id }) => id)])
  inner.afterEnqueue = (jobs) => void calls.push(["inner after", jobs.map(({ id }) => id)])
  const results = await sluice.enqueueMany([
    { name: "hooked", payload: { n: 1 } },
    { name: "bare" },
    { name: "hooked", payload: { n: 2 } },
  ])
  const ids = results.map(({ id }) => id)
  expect(calls).toEqual([
    ["outer", ["hooked", "bare", "hooked"]],
    ["inner", [{ n: 1 }, { n: 2 }]],
    ["inner after", [ids[0], ids[2]]],
    ["outer after", ids],
  ])
})

test("a job that was there already is told of as deduplicated", async () => {
  outer.afterEnqueue = (jobs) => void calls.push(jobs.map(({ id, status }) => [id, status]))
  const { id } = await bare.enqueue({}, { uniqueKey: "one" })
  await bare.enqueue({}, { uniqueKey: "one" })
  expect(calls).toEqual([[[id, "enqueued"]], [[id, "deduplicated"]]])
})

test("a hook that throws before it calls next fails the enqueue, and nothing is stored", async () => {
  outer.aroundEnqueue = () => Promise.reject(new RangeError("not now"))
  await expect(hooked.enqueue({ n: 1 })).rejects.toThrow(RangeError)
  await expect(sluice.enqueueMany([{ name: "bare" }])).rejects.toThrow(RangeError)
  expect(await count()).toBe(0)
})

test("so does one that doesn't call it", async () => {
  inner.aroundEnqueue = () => {}
  await expect(hooked.enqueue({ n: 1 })).rejects.toMatchObject({ code: "next_not_called" })
  expect(await count()).toBe(0)
  expect(await bare.enqueue({})).toMatchObject({ status: "enqueued" })
})

test("one that takes too long before it calls next fails it, too, and can't store anything later", async () => {
  let store = async () => {}
  outer.aroundEnqueue = (_jobs, next) => {
    store = next
    return new Promise(() => {})
  }
  await expect(bare.enqueue({})).rejects.toThrow("A hook took longer than 5000 ms")
  await expect(store()).rejects.toThrow("A hook took longer than 5000 ms")
  expect(await count()).toBe(0)
})

test("one that throws once the job is stored is logged, and the enqueue has succeeded", async () => {
  outer.aroundEnqueue = async (_jobs, next) => {
    await next()
    throw new Error("around")
  }
  inner.afterEnqueue = () => Promise.reject(new Error("after"))
  expect(await hooked.enqueue({ n: 1 })).toMatchObject({ status: "enqueued" })
  expect(lines).toEqual([
    ["The hook aroundEnqueue failed", { error: "around" }],
    ["The hook afterEnqueue failed", { error: "after" }],
  ])
})

test("a hook can't hide that a job was refused, and afterEnqueue isn't called", async () => {
  outer.aroundEnqueue = (_jobs, next) => next().catch((error) => void calls.push(error.name))
  outer.afterEnqueue = () => void calls.push("after")
  await expect(hooked.enqueue({ n: "one" as never })).rejects.toMatchObject({ code: "invalid_payload" })
  expect(calls).toEqual(["InvalidPayloadError"])
  expect(lines).toEqual([])
})

test("what isn't a list of jobs is refused as without hooks", async () => {
  outer.aroundEnqueue = (_jobs, next) => next()
  for (const jobs of [null, "all", [null], [7]])
    await expect(sluice.enqueueMany(jobs as never)).rejects.toMatchObject({ name: "InvalidInputError" })
  expect(await sluice.enqueueMany([])).toEqual([])
})

test("in a transaction they are called before its commit, and what they hear of may be rolled back", async () => {
  outer.afterEnqueue = async () => void calls.push(await count())
  const client = await database.pool.connect()
  await client.query("begin")
  await bare.enqueue({}, { transaction: client })
  await client.query("rollback")
  client.release()
  expect(calls).toEqual([0])
  expect(await count()).toBe(0)
})

test("the drainer is woken before a hook that takes its time", async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const waking = createSluice({
    database: database.pool,
    hooks: { afterEnqueue: () => promise, aroundEnqueue: (_jobs, next) => next().then(() => promise) },
    wake: async () => resolve(),
  })
  await database.pool.query("delete from sluice.wake_requests")
  await waking.enqueue("bare", {})
})

test.each([
  ["a hook that is none", { hooks: { onEror: () => {} } }, /did you mean "onError"/],
  ["a hook that is no function", { hooks: { onError: "log" } }, /hooks\.onError is "log": give a function/],
  ["hooks that are none", { hooks: [] }, /hooks is/],
])("%s is refused in both places", (_what, options, message) => {
  expect(() => createSluice({ database: database.pool, ...(options as object) })).toThrow(message)
  expect(() => defineJob({ name: "a", perform() {}, ...(options as object) })).toThrow(message)
})

async function count(): Promise<number> {
  const [row] = await database.rows("select count(*)::integer as n from sluice.jobs")
  return row.n
}
