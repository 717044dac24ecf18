import { createSluice, defineJob, drain, type PayloadStore } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { daysAfter, maintain, today } from "../maintenance/partitions.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const objects = new Map<string, Uint8Array>()
let isDown = false
const store: PayloadStore = {
  async put(key, bytes) {
    if (isDown) throw new Error("the store is down")
    objects.set(key, bytes)
  },
  async get(key) {
    if (isDown) throw new Error("the store is down")
    return objects.get(key)
  },
  async delete(keys) {
    for (const key of keys) objects.delete(key)
  },
}
const performed: unknown[] = []
const echo = defineJob({
  name: "echo",
  perform(payload: { text: string }) {
    performed.push(payload)
    return payload
  },
})
const commit = defineJob({
  name: "commit",
  transactional: true,
  perform: (payload: { text: string }) => payload,
})
const keyed = defineJob({
  name: "keyed",
  concurrency: { key: ({ text }: { text: string }) => text.slice(0, 1), limit: 1 },
  perform() {},
})
const options = { database: database.pool, jobs: [echo, commit, keyed] }
const plain = createSluice(options)
const sluice = createSluice({ ...options, payloads: { store, over: "64KB" } })
const large = { text: "x".repeat(1_000_000) }
const drainOnce = (one = sluice) => drain(one, { connect: database.connect })

afterEach(async () => {
  isDown = false
  performed.length = 0
  objects.clear()
  await database.pool.query(
    "truncate sluice.jobs, sluice.finished, sluice.failures, sluice.payloads, sluice.stored_results, sluice.superfluous_objects",
  )
})

test.each(["echo", "commit"] as const)(
  "a payload and a result over the size are in the store, and the job %s sees no difference",
  async (name) => {
    const { id } = await sluice.enqueue(name, large)
    expect([...objects.keys()]).toEqual([expect.stringMatching(/^payloads\/\d{4}-\d\d-\d\d\/[0-9a-f-]{36}$/)])
    expect(await drainOnce()).toMatchObject({ succeeded: 1 })
    expect(objects.size).toBe(2)
    const job = await sluice.getJob(id)
    expect(job).toMatchObject({ state: "succeeded", payload: large, result: large })
    expect(Object.keys(Object.fromEntries(objects))).toEqual([job?.payloadKey, job?.resultKey])
  },
)

test("one of that size is in the database", async () => {
  const text = "x".repeat(64 * 1024 - JSON.stringify({ text: "" }).length)
  const { id } = await sluice.enqueue("echo", { text })
  await drainOnce()
  expect(objects.size).toBe(0)
  expect(await sluice.getJob(id)).toMatchObject({
    payload: { text },
    payloadKey: null,
    result: { text },
    resultKey: null,
  })
})

test("where no store is given, getJob and the views say where they are", async () => {
  const { id } = await sluice.enqueue("echo", large)
  expect(await plain.getJob(id)).toMatchObject({ payload: null, payloadKey: [...objects.keys()][0] })
  expect(await database.rows("select payload, payload_key from sluice.unfinished_jobs")).toEqual([
    { payload: null, payload_key: [...objects.keys()][0] },
  ])
  await drainOnce()
  const [payload_key, result_key] = objects.keys()
  expect(await plain.getJob(id)).toMatchObject({
    payload: null,
    payloadKey: payload_key,
    result: null,
    resultKey: result_key,
  })
  expect(
    await database.rows("select payload, payload_key, result, result_key from sluice.job_history"),
  ).toEqual([{ payload: null, payload_key, result: null, result_key }])
})

test("a payload of up to 8 MiB is taken, and one over it is refused with that limit", async () => {
  await sluice.enqueue("echo", { text: "x".repeat(8 * 1024 * 1024 - 11) })
  await expect(sluice.enqueue("echo", { text: "x".repeat(8 * 1024 * 1024 - 10) })).rejects.toMatchObject({
    code: "payload_too_large",
    message: expect.stringContaining("limit of 8388608"),
  })
})

test("while the store doesn't respond, nothing is stored, and jobs are retried", async () => {
  const { id } = await sluice.enqueue("echo", large)
  isDown = true
  await expect(sluice.enqueue("echo", large)).rejects.toThrow("the store is down")
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  expect(await plain.getJob(id)).toMatchObject({
    state: "scheduled",
    errors: [{ outcome: "retried", message: "Reading from the store of payloads failed: the store is down" }],
  })
  isDown = false
  await database.pool.query("update sluice.jobs set run_at = now()")
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(performed).toEqual([large])
})

test("a job whose object is gone is discarded, and says so", async () => {
  const { id } = await sluice.enqueue("echo", large)
  const [key] = objects.keys()
  objects.clear()
  expect(await drainOnce()).toMatchObject({ discarded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({
    payload: null,
    errors: [
      {
        class: "InvalidPayloadError",
        message: expect.stringContaining(`"${key}", which has no such object`),
      },
    ],
  })
})

test("a drainer without the store retries the job, and says what it lacks", async () => {
  const { id } = await sluice.enqueue("echo", large)
  expect(await drainOnce(plain as never)).toMatchObject({ retried: 1 })
  expect(await plain.getJob(id)).toMatchObject({
    errors: [{ message: expect.stringContaining("give this drainer createSluice({ payloads })") }],
  })
})

test("a result that the store doesn't take is dropped, and the job isn't performed again", async () => {
  const once = defineJob({
    name: "once",
    perform() {
      isDown = true
      return large
    },
  })
  const one = createSluice({ database: database.pool, jobs: [once], payloads: { store, over: "64KB" } })
  const { id } = await one.enqueue("once", {})
  expect(await drainOnce(one as never)).toMatchObject({ succeeded: 1 })
  expect(await plain.getJob(id)).toMatchObject({ state: "succeeded", result: null, resultKey: null })
})

test("the payload of a job that is there already is deleted from the store", async () => {
  await sluice.enqueue("echo", large, { uniqueKey: "once" })
  await sluice.enqueue("echo", large, { uniqueKey: "once" })
  expect(objects.size).toBe(1)
})

test("the concurrency key of a job that was enqueued by name alone is computed from it", async () => {
  const byName = createSluice({ database: database.pool, payloads: { store } })
  await drainOnce() // registers the definitions
  await byName.enqueue("keyed", large)
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await database.rows("select concurrency_key from sluice.finished where name = 'keyed'")).toEqual([
    { concurrency_key: "x" },
  ])
})

test("a drainer deletes what no job or history needs any more, and nothing else", async () => {
  await sluice.enqueue("echo", large)
  await drainOnce()
  const { id } = await sluice.enqueue("echo", large, { delay: "400d" })
  const kept = [...objects.keys()].at(-1)
  expect(objects.size).toBe(3)
  const first = await today(database)
  await maintain(database, daysAfter(first, 14))
  await drainOnce()
  expect(objects.size).toBe(3)
  await maintain(database, daysAfter(first, 20))
  await eventually(async () => {
    await drainOnce()
    expect([...objects.keys()]).toEqual([kept])
  })
  expect(await database.rows("select from sluice.superfluous_objects")).toEqual([])
  expect(await sluice.getJob(id)).toMatchObject({ payload: large })
})

test("a store that never ends a deletion doesn't hold up the drain, and a later one deletes", async () => {
  await database.pool.query("insert into sluice.superfluous_objects (store_key) values ('payloads/old')")
  objects.set("payloads/old", new Uint8Array())
  await plain.enqueue("echo", { text: "small" })
  const stuck = createSluice({
    ...options,
    payloads: { store: { ...store, delete: () => new Promise(() => {}) } },
  })
  expect(await drainOnce(stuck)).toMatchObject({ succeeded: 1 })
  expect(objects.size).toBe(1)
  await drainOnce()
  expect(objects.size).toBe(0)
})

test.each([
  [{}, "payloads.store"],
  [{ store: { put() {} } }, "payloads.store"],
  [{ store, over: "1MB" }, "payloads.over"],
  [{ store, over: 300_000 }, "payloads.over"],
  [{ store, size: 1 }, "size"],
])("the options %j are refused, and the error names %s", (payloads, named) => {
  expect(() => createSluice({ ...options, payloads: payloads as never })).toThrow(named)
})
