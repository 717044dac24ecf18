import { once } from "node:events"
import { setTimeout as wait } from "node:timers/promises"
import { createSluice, defineJob, drain, type PayloadStore } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const objects = new Map<string, Uint8Array>()
const good: PayloadStore = {
  async put(key, bytes) {
    objects.set(key, bytes)
  },
  async get(key) {
    return objects.get(key)
  },
}
const never = () => new Promise<never>(() => {})
const large = { text: "x".repeat(300_000) }

let performed = 0
const job = defineJob({
  name: "job",
  timeout: "400ms",
  perform(payload: { text: string }) {
    performed++
    return payload
  },
})
const keyed = defineJob({
  name: "keyed",
  concurrency: { key: ({ text }: { text: string }) => text.slice(0, 1), limit: 100 },
  perform() {},
})

const withStore = (store: Partial<PayloadStore>) =>
  createSluice({ database: database.pool, jobs: [job, keyed], payloads: { store: { ...good, ...store } } })
const drainOnce = (store: Partial<PayloadStore>) => drain(withStore(store), { connect: database.connect })

beforeEach(async () => {
  performed = 0
  objects.clear()
  await database.pool.query(
    "truncate sluice.jobs, sluice.finished, sluice.failures, sluice.payloads, sluice.superfluous_objects",
  )
})

test("a payload that never arrives is an attempt that timed out, also if the store heeds no signal", async () => {
  await withStore({}).enqueue("job", large)
  expect(await drainOnce({ get: never })).toMatchObject({ retried: 1, stuck: 0 })
  expect(await database.rows("select error_class from sluice.failures")).toEqual([
    { error_class: "TimeoutError" },
  ])
})

test("an object that is null, as other stores say that there is none, is none", async () => {
  await withStore({}).enqueue("job", large)
  expect(await drainOnce({ get: async () => null as never })).toMatchObject({ discarded: 1 })
  expect(performed).toBe(0)
})

test("a job whose result is never taken has succeeded without it", async () => {
  await withStore({}).enqueue("job", large)
  expect(await drainOnce({ put: never })).toMatchObject({ succeeded: 1, retried: 0, stuck: 0 })
  expect(performed).toBe(1)
})

test("nor does one that returns its result when the drain is already ending keep the drain", async () => {
  const stop = new AbortController()
  const last = defineJob({
    name: "last",
    async perform(_payload, { signal }) {
      stop.abort()
      await once(signal, "abort")
      return large
    },
  })
  const sluice = createSluice({
    database: database.pool,
    jobs: [last],
    payloads: { store: { ...good, put: never } },
  })
  await last.enqueue({})
  const summary = await drain(sluice, { connect: database.connect, signal: stop.signal, grace: "5s" })
  expect(summary).toMatchObject({ succeeded: 1, stuck: 0 })
})

test("a deletion that throws, or returns no promise, doesn't fail an enqueue whose job is stored", async () => {
  const remove = () => {
    throw new Error("no deletion")
  }
  const first = await withStore({}).enqueue("job", large, { uniqueKey: "one" })
  for (const one of [remove, (() => {}) as never])
    expect(await withStore({ delete: one }).enqueue("job", large, { uniqueKey: "one" })).toMatchObject({
      id: first.id,
      status: "deduplicated",
    })
})

test("keys of jobs that were enqueued by name alone are computed from a few payloads at once", async () => {
  await drainOnce({}) // registers the definitions
  const byName = createSluice({ database: database.pool, payloads: { store: good } })
  await byName.enqueueMany(Array.from({ length: 50 }, () => ({ name: "keyed", payload: large })))
  let reading = 0
  let most = 0
  const get = async (key: string) => {
    most = Math.max(most, ++reading)
    await wait(20)
    reading--
    return objects.get(key)
  }
  expect(await drain(withStore({ get }), { connect: database.connect, concurrency: 5 })).toMatchObject({
    succeeded: 50,
  })
  expect(most).toBeLessThanOrEqual(25)
  expect(await database.rows("select distinct concurrency_key from sluice.finished")).toEqual([
    { concurrency_key: "x" },
  ])
})

test("a key isn't computed without the payload", async () => {
  const lenient = defineJob({
    name: "lenient",
    concurrency: { key: (payload: { text: string } | null) => payload?.text.slice(0, 1) ?? "none", limit: 1 },
    perform() {},
  })
  const drainer = createSluice({ database: database.pool, jobs: [lenient] })
  await drain(drainer, { connect: database.connect }) // registers the definition
  await createSluice({ database: database.pool, payloads: { store: good } }).enqueue("lenient", large)
  expect(await drain(drainer, { connect: database.connect })).toMatchObject({ retried: 1 })
  expect(await database.rows("select concurrency_key from sluice.jobs")).toEqual([{ concurrency_key: null }])
})

test("an enqueue and getJob wait for the store no longer than for the database", async () => {
  const { id } = await withStore({}).enqueue("job", large)
  const store = { ...good, put: never, get: never }
  const one = createSluice({
    database: database.pool,
    jobs: [job],
    payloads: { store },
    answerWithin: "200ms",
  })
  const late = { code: "store_unavailable", message: expect.stringMatching(/store of payloads.* 200 ms$/) }
  await expect(one.enqueue("job", large)).rejects.toMatchObject(late)
  await expect(one.getJob(id)).rejects.toMatchObject(late)
})

test("an error of the store's network says that it is the store's, and isn't one of the database", async () => {
  const { id } = await withStore({}).enqueue("job", large)
  const refused = async () => {
    throw Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), { code: "ECONNREFUSED" })
  }
  const store = { put: refused, get: refused }
  const failed = (what: string) => ({
    name: "SluiceError",
    code: "store_unavailable",
    message: `${what} the store of payloads failed: connect ECONNREFUSED 127.0.0.1:9`,
    cause: { code: "ECONNREFUSED" },
  })
  await expect(withStore(store).enqueue("job", large)).rejects.toMatchObject(failed("Writing to"))
  await expect(withStore(store).getJob(id)).rejects.toMatchObject(failed("Reading from"))
  expect(await drainOnce(store)).toMatchObject({ retried: 1 })
  expect(await database.rows("select error_message from sluice.failures")).toEqual([
    { error_message: failed("Reading from").message },
  ])
})

test("a deletion that fails is logged as the store's, and doesn't stop the drain", async () => {
  await database.pool.query("insert into sluice.superfluous_objects (store_key) values ('payloads/old')")
  await withStore({}).enqueue("job", { text: "small" })
  const warned: unknown[] = []
  const remove = async () => {
    throw new Error("connect ECONNREFUSED 127.0.0.1:9")
  }
  const log = { debug() {}, info() {}, error() {}, warn: (...entry: unknown[]) => void warned.push(entry) }
  const drained = await drain(withStore({ delete: remove }), { connect: database.connect, log })
  expect(drained).toMatchObject({ succeeded: 1 })
  const error = "Deleting from the store of payloads failed: connect ECONNREFUSED 127.0.0.1:9"
  expect(warned).toEqual([["Maintenance failed", { error }]])
})
