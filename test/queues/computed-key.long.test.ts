import { setTimeout as wait } from "node:timers/promises"
import { type AnyJobDefinition, createSluice, defineJob, drain, start } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { afterEach, beforeAll, expect, onTestFinished, test } from "vitest"
import * as z from "zod"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

// A job that is enqueued by name, and whose concurrency key only its definition can compute from the payload.

const database = await createDatabase()
let running = 0
let mostRunning = 0
let isBroken = false
const performed: unknown[] = []
const shop = defineJob({
  name: "shop",
  input: z.object({ shop: z.string(), ms: z.number().optional() }),
  concurrency: {
    key({ shop }) {
      if (isBroken) throw new Error("the key is out of order")
      return `shop:${shop}`
    },
    limit: 2,
  },
  backoff: { base: "10ms", jitter: 0 },
  async perform(payload) {
    performed.push(payload)
    mostRunning = Math.max(mostRunning, ++running)
    await wait(payload.ms ?? 0)
    running--
  },
})
const other = defineJob({ name: "other", perform() {} })
const { drainOnce } = drainable(database, [shop])
const byName = createSluice({ database: database.pool })

beforeAll(() => migrate(database.url, { jobs: [shop, other] }))
afterEach(async () => {
  isBroken = false
  performed.length = 0
  running = mostRunning = 0
  await database.pool.query("delete from sluice.jobs; delete from sluice.failures; delete from sluice.pauses")
})

test("it waits for a drainer that knows its definition, and no other claims it", async () => {
  const { id, state } = await byName.enqueue("shop", { shop: "a" })
  expect(state).toBe("ready")
  expect(await byName.getBacklog()).toMatchObject({ ready: 1 })
  expect(await byName.listQueues()).toMatchObject([{ name: "default", ready: 1 }])
  expect(await drainable(database, [other]).drainOnce()).toMatchObject({ claimed: 0, dueWork: false })
  expect(await rows()).toEqual([{ state: "unkeyed", key: null, limit: 2 }])

  expect(await drainOnce()).toMatchObject({ succeeded: 1, dueWork: false })
  expect(await byName.getJob(id)).toMatchObject({ state: "succeeded", concurrencyKey: "shop:a" })
})

test("it becomes what an enqueue with the key would have made it: as many as may run are ready", async () => {
  await byName.enqueueMany(["a", "b", "a", "a"].map((shop) => ({ name: "shop", payload: { shop } })))
  await keyWithoutPerforming()
  expect(await rows()).toEqual([
    { state: "ready", key: "shop:a", limit: 2 },
    { state: "ready", key: "shop:b", limit: 2 },
    { state: "ready", key: "shop:a", limit: 2 },
    { state: "blocked", key: "shop:a", limit: 2 },
  ])
})

test("a job from SQL has its key computed, too, and a call's own key needs no drainer", async () => {
  await database.rows(`select sluice.enqueue('shop', '{"shop": "c"}')`)
  await byName.enqueue("shop", { shop: "c" }, { concurrencyKey: "own", concurrencyLimit: 5 })
  expect(await rows()).toEqual([
    { state: "unkeyed", key: null, limit: 2 },
    { state: "ready", key: "own", limit: 5 },
  ])
  expect(await drainOnce()).toMatchObject({ succeeded: 2 })
})

test("a limit of the call's own holds for the key that is computed", async () => {
  await byName.enqueue("shop", { shop: "a" }, { concurrencyLimit: 7 })
  await keyWithoutPerforming()
  expect(await rows()).toEqual([{ state: "ready", key: "shop:a", limit: 7 }])
})

test("a delayed job is scheduled as any other, and its key is computed when it is due", async () => {
  const { id, state } = await byName.enqueue("shop", { shop: "a" }, { delay: "1h" })
  expect(state).toBe("scheduled")
  expect(await drainOnce()).toMatchObject({ claimed: 0, dueWork: false, nextDueInMs: expect.any(Number) })
  expect(await byName.getJob(id)).toMatchObject({ state: "scheduled" })
  await database.pool.query("update sluice.jobs set run_at = now()")
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await byName.getJob(id)).toMatchObject({ concurrencyKey: "shop:a" })
})

test("in a paused queue it waits, whether it was stored before the pause or after it", async () => {
  const before = await byName.enqueue("shop", { shop: "a" })
  await byName.pauseQueue("default")
  const after = await byName.enqueue("shop", { shop: "a" })
  expect(await drainOnce()).toMatchObject({ claimed: 0, dueWork: false })
  for (const { id } of [before, after]) expect(await byName.getJob(id)).toMatchObject({ state: "blocked" })

  await byName.resumeQueue("default")
  expect(await drainOnce()).toMatchObject({ succeeded: 2 })
  for (const { id } of [before, after])
    expect(await byName.getJob(id)).toMatchObject({ concurrencyKey: "shop:a" })
})

test("a payload that doesn't match the definition's input discards the job, as with any other definition", async () => {
  const { id } = await byName.enqueue("shop", { shop: 7 })
  expect(await drainOnce()).toMatchObject({ discarded: 1, dueWork: false })
  expect(await byName.getJob(id)).toMatchObject({
    state: "discarded",
    errors: [{ class: "InvalidPayloadError", message: expect.stringContaining("payload.shop") }],
  })
  expect(performed).toEqual([])
})

test("a job whose key can't be computed is retried without being performed, and runs once it can", async () => {
  isBroken = true
  const { id } = await byName.enqueue("shop", { shop: "a" })
  expect(await drainOnce({ linger: "50ms" })).toMatchObject({ succeeded: 0, retried: expect.any(Number) })
  expect(await byName.getJob(id)).toMatchObject({
    errors: expect.arrayContaining([
      expect.objectContaining({ message: expect.stringContaining("the key is out of order") }),
    ]),
  })
  expect(performed).toEqual([])

  isBroken = false
  await database.pool.query("update sluice.jobs set run_at = now()")
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await byName.getJob(id)).toMatchObject({ state: "succeeded", concurrencyKey: "shop:a" })
})

test("a drainer that lingers computes it at once", {
  retry: 2, // on a busy machine
}, async () => {
  const worker = start(createSluice({ database: database.pool, jobs: [shop] }), { connect: database.connect })
  onTestFinished(() => worker.stop())
  await eventually(async () => {
    expect(await database.rows("select id from sluice.drainers where lingering")).toHaveLength(1)
  })
  const { id } = await byName.enqueue("shop", { shop: "a" })
  await eventually(async () => expect(await byName.getJob(id)).toMatchObject({ state: "succeeded" }))
  const [row] = await database.rows(
    "select extract(epoch from started_at - enqueued_at) * 1000 as waited_ms from sluice.finished where id = $1",
    [id],
  )
  expect(Number(row.waited_ms)).toBeLessThan(400) // its next look of its own accord would come after 500 ms
})

test("an enqueue by name wakes a drainer for it, and so does a call of wake", async () => {
  let woken = 0
  const waking = createSluice({ database: database.pool, wake: async () => void woken++ })
  await waking.enqueue("shop", { shop: "a" })
  expect(woken).toBe(1)
  await database.pool.query("delete from sluice.wake_requests")
  await waking.wake()
  expect(woken).toBe(2)
})

test("the limit holds for many such jobs under four drainers that compute their keys at once", async () => {
  const jobs = Array.from({ length: 60 }, (_, i) => ({ name: "shop", payload: { shop: "a", ms: i % 3 } }))
  await byName.enqueueMany(jobs)
  const drains = await Promise.all([1, 2, 3, 4].map(() => drainOnce({ concurrency: 5, linger: "300ms" })))
  expect(drains.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(60)
  expect(performed).toHaveLength(60)
  expect(mostRunning).toBe(2)
})

test("a drainer whose session ends while it computes leaves the job to the next", async () => {
  const { id } = await byName.enqueue("shop", { shop: "a" })
  const hanging = Promise.withResolvers<void>()
  const slow = defineJob({
    name: "shop",
    input: {
      "~standard": {
        version: 1,
        vendor: "test",
        async validate(value: unknown) {
          hanging.resolve()
          await wait(200)
          return { value }
        },
      },
    } as never,
    concurrency: { key: () => "never" },
    perform() {},
  })
  const dying = drain(createSluice({ database: database.pool, jobs: [slow as AnyJobDefinition] }), {
    connect: database.connect,
  })
  await hanging.promise
  await database.rows("select pg_terminate_backend(backend_pid) from sluice.drainers where ended_at is null")
  await expect(dying).rejects.toMatchObject({ code: "session_lost" })
  expect(await rows()).toEqual([{ state: "unkeyed", key: null, limit: 2 }])

  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await byName.getJob(id)).toMatchObject({ concurrencyKey: "shop:a" })
})

test("a definition without a limit, of whoever computes it, leaves it without one", async () => {
  await byName.enqueue("shop", { shop: "a" })
  const free = defineJob({ name: "shop", perform() {} })
  expect(await drainable(database, [free]).drainOnce()).toMatchObject({ succeeded: 1 })
})

test("a job whose payload takes seconds to validate fails, because its key isn't known in time", async () => {
  let validations = 0
  const slow = defineJob({
    name: "shop",
    maxAttempts: 1,
    input: {
      "~standard": {
        version: 1,
        vendor: "test",
        async validate(value: unknown) {
          if (validations++ === 0) await wait(2_500)
          return { value }
        },
      },
    } as never,
    concurrency: { key: () => "slow" },
    perform: (payload) => void performed.push(payload),
  })
  const { id } = await byName.enqueue("shop", { shop: "a" })
  expect(await drainable(database, [slow]).drainOnce()).toMatchObject({ discarded: 1 })
  expect(await byName.getJob(id)).toMatchObject({
    errors: [{ message: expect.stringContaining("could not be computed when the job was due") }],
  })
  expect(performed).toEqual([])
})

/** A drainer's part by hand, without its claim. */
async function keyWithoutPerforming(): Promise<void> {
  const [{ jobs }] = await database.rows("select sluice.read_unkeyed('{shop}', 100, 4194304) as jobs")
  const keys = jobs.map(([id, , { shop }]: [number, string, { shop: string }]) => ({
    id,
    key: `shop:${shop}`,
  }))
  await database.rows("select sluice.set_keys($1)", [JSON.stringify(keys)])
}

function rows() {
  return database.rows(
    `select state, concurrency_key as key, concurrency_limit as limit from sluice.jobs order by id`,
  )
}
