import {
  createSluice,
  defineEvent,
  defineJob,
  InvalidInputError,
  InvalidPayloadError,
  type JobContext,
  WaitingLimitError,
} from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { afterEach, beforeAll, expect, test } from "vitest"
import { z } from "zod"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()

const orderPaid = defineEvent("order.paid", z.object({ orderId: z.number(), at: z.string().optional() }))
const orderCanceled = defineEvent("order.canceled", z.object({ orderId: z.number() }))

const performed: [string, unknown, JobContext["event"]][] = []
const invoice = defineJob({
  name: "invoice",
  on: [orderPaid],
  input: orderPaid.schema,
  queue: "billing",
  priority: 3,
  perform: ({ orderId }, { event }) => void performed.push(["invoice", orderId, event]),
})
const notify = defineJob({
  name: "notify",
  on: [orderPaid, orderCanceled],
  input: z.object({ orderId: z.number() }),
  concurrency: { key: ({ orderId }) => `order ${orderId}` },
  perform: ({ orderId }, { event }) => void performed.push(["notify", orderId, event]),
})
const other = defineJob({ name: "other", perform: (_: unknown, { event }) => event === undefined })
const jobs = [invoice, notify, other]
const { sluice, drainOnce } = drainable(database, jobs)
/** As an app has it that has none of the jobs. */
const emitter = createSluice({ database: database.pool, defaults: { priority: 7 } })

beforeAll(async () => {
  await migrate(database.url, { jobs })
})
afterEach(async () => {
  performed.length = 0
  await database.pool.query("truncate sluice.jobs, sluice.emitted_events, sluice.emit_keys, sluice.finished")
})

const stored = () => database.rows("select name, payload, queue, priority from sluice.jobs order by name")

test("an event enqueues a job of each definition that subscribes to it, with its payload and policies", async () => {
  const emitted = await sluice.emit(orderPaid, { orderId: 7 })
  expect(emitted).toEqual({ jobs: [expect.any(String), expect.any(String)], resumed: 0 })
  expect(await stored()).toEqual([
    { name: "invoice", payload: { orderId: 7 }, queue: "billing", priority: 3 },
    { name: "notify", payload: { orderId: 7 }, queue: "default", priority: 0 },
  ])
  const events = await Promise.all(emitted.jobs.map(async (id) => (await sluice.getJob(id))?.name))
  expect(events).toEqual(["invoice", "notify"])
  await drainOnce()
  expect(performed.toSorted()).toEqual([
    ["invoice", 7, { name: "order.paid" }],
    ["notify", 7, { name: "order.paid" }],
  ])
})

test("an app without the jobs' code emits by the event or its name, and its defaults apply to what definitions leave open", async () => {
  await emitter.emit(orderCanceled, { orderId: 1 })
  await emitter.emit<typeof orderPaid>("order.paid", { orderId: 2 })
  expect(await stored()).toEqual([
    { name: "invoice", payload: { orderId: 2 }, queue: "billing", priority: 3 },
    { name: "notify", payload: { orderId: 1 }, queue: "default", priority: 7 },
    { name: "notify", payload: { orderId: 2 }, queue: "default", priority: 7 },
  ])
  await drainOnce()
  expect(performed).toHaveLength(3)
})

test("a concurrency key that is computed from the payload is computed by a drainer", async () => {
  await emitter.emit(orderCanceled, { orderId: 1 })
  await drainOnce()
  expect(await database.rows("select concurrency_key from sluice.finished")).toEqual([
    { concurrency_key: "order 1" },
  ])
})

test("an event that nobody subscribes to is no error", async () => {
  expect(await sluice.emit("nobody.cares", { a: 1 })).toEqual({ jobs: [], resumed: 0 })
  expect(await stored()).toEqual([])
})

test("a job that was enqueued otherwise has no event", async () => {
  const { id } = await other.enqueue({})
  await drainOnce()
  expect((await sluice.getJob(id))?.result).toBe(true)
})

test("the jobs of an event are enqueued if and only if the transaction commits", async () => {
  const client = await database.pool.connect()
  await client.query("begin")
  await sluice.emit(orderPaid, { orderId: 1 }, { transaction: client })
  await client.query("rollback")
  expect(await stored()).toEqual([])
  await client.query("begin")
  await sluice.emit(orderPaid, { orderId: 1 }, { transaction: client })
  expect(await stored()).toEqual([])
  await client.query("commit")
  client.release()
  expect(await stored()).toHaveLength(2)
})

test("a payload that doesn't match the event's schema is refused, also by name where a job of the app subscribes", async () => {
  const payload = { orderId: "7" } as never
  for (const event of [orderPaid, "order.paid"] as const) {
    const error = await sluice.emit(event, payload).catch((error) => error)
    expect(error).toBeInstanceOf(InvalidPayloadError)
    expect(error.issues).toMatchObject([{ path: ["orderId"] }])
  }
  await expect(sluice.emit(orderPaid, { orderId: 1, at: "x".repeat(300_000) })).rejects.toMatchObject({
    code: "payload_too_large",
    message: expect.not.stringContaining("createSluice({ payloads })"), // an event's payload is never stored elsewhere
  })
  expect(await stored()).toEqual([])
})

test("a payload that comes without the schema is checked by each job", async () => {
  await emitter.emit("order.paid", { orderId: "seven" })
  expect(await drainOnce()).toMatchObject({ discarded: 2 })
})

test.each([
  ["", {}],
  ["two words", {}],
  ["order.paid", null],
])("the event %j with %j is refused", async (name, payload) => {
  await expect(emitter.emit(name, payload)).rejects.toBeInstanceOf(InvalidInputError)
  await expect(
    database.pool.query("select sluice.emit($1, $2)", [name, JSON.stringify(payload)]),
  ).rejects.toMatchObject({
    code: "SL000",
  })
})

test("if one of the jobs can't be enqueued, nothing is", async () => {
  await sluice.limitQueue("billing", { waiting: 1 })
  await sluice.emit(orderPaid, { orderId: 1 })
  await expect(sluice.emit(orderPaid, { orderId: 2 })).rejects.toBeInstanceOf(WaitingLimitError)
  expect(await stored()).toHaveLength(2)
  await sluice.limitQueue("billing", {})
})

test("an emit with the same idempotency key does nothing more, and returns what the first has returned", async () => {
  const first = await sluice.emit(orderPaid, { orderId: 1 }, { idempotencyKey: "hook 1" })
  expect(await sluice.emit(orderPaid, { orderId: 1 }, { idempotencyKey: "hook 1" })).toEqual(first)
  await drainOnce()
  expect(await sluice.emit(orderPaid, { orderId: 1 }, { idempotencyKey: "hook 1" })).toEqual(first)
  expect(await stored()).toEqual([])
  expect((await sluice.emit(orderCanceled, { orderId: 1 }, { idempotencyKey: "hook 1" })).jobs).toHaveLength(
    1,
  )
  expect((await sluice.emit(orderPaid, { orderId: 1 }, { idempotencyKey: "hook 2" })).jobs).toHaveLength(2)
  await expect(sluice.emit(orderPaid, { orderId: 1 }, { idempotencyKey: "" })).rejects.toMatchObject({
    code: "invalid_option",
  })
})

test("an idempotency key counts for 24 hours, and only once its emit is committed", async () => {
  const emit = () => sluice.emit(orderPaid, { orderId: 1 }, { idempotencyKey: "k" })
  await emit()
  await database.pool.query("update sluice.emit_keys set created_at = now() - interval '24 hours'")
  await emit()
  expect(await stored()).toHaveLength(4)
  await emit()
  expect(await stored()).toHaveLength(4)

  await database.pool.query("truncate sluice.emit_keys")
  const client = await database.pool.connect()
  await client.query("begin")
  await sluice.emit(orderPaid, { orderId: 1 }, { idempotencyKey: "k", transaction: client })
  const second = emit()
  await client.query("rollback")
  client.release()
  await second
  expect(await stored()).toHaveLength(6)
})

test("of many emits with one idempotency key at once, one enqueues", async () => {
  const all = await Promise.all(
    Array.from({ length: 10 }, () => sluice.emit(orderPaid, { orderId: 1 }, { idempotencyKey: "once" })),
  )
  expect(new Set(all.map(({ jobs }) => jobs.join()))).toHaveProperty("size", 1)
  expect(await stored()).toHaveLength(2)
})

test("SQL emits an event inside its transaction", async () => {
  const emit = `select jobs, resumed from sluice.emit('order.paid', '{"orderId": 3}', '{"idempotencyKey": "k"}')`
  const [first] = await database.rows(emit)
  expect(first).toEqual({ jobs: [expect.any(String), expect.any(String)], resumed: 0 })
  expect(await database.rows(emit)).toEqual([first])
  expect(await stored()).toHaveLength(2)
})

test.each([
  ['{"key": "a"}', "options.key is unknown: give idempotencyKey"],
  ['{"idempotencyKey": 1}', "options.idempotencyKey is 1: give text of 1 to 512 characters"],
  ["[]", "options is []: give a JSON object"],
])("SQL refuses the options %s", async (options, message) => {
  await expect(database.pool.query("select sluice.emit('a', '{}', $1)", [options])).rejects.toMatchObject({
    code: "SL000",
    message,
  })
})

test("a drainer is invoked for the jobs, once", async () => {
  const woken: string[] = []
  const waking = createSluice({
    database: database.pool,
    wake: async (queues) => void woken.push(...queues.toSorted()),
  })
  await waking.emit("nobody.cares", {})
  expect(woken).toEqual([])
  await waking.emit(orderPaid, { orderId: 1 })
  expect(woken).toEqual(["billing", "default"])
  await waking.emit(orderPaid, { orderId: 2 })
  expect(woken).toHaveLength(2) // somebody is on the way
})

test("options that are computed from the payload can't be combined with events", () => {
  const define = (options: object) => () =>
    defineJob({ name: "job", on: [orderPaid], input: orderPaid.schema, perform() {}, ...options } as never)
  for (const options of [
    { queue: () => "q" },
    { uniqueKey: () => "k" },
    { unique: { key: () => "k" } },
    { fair: () => "f" },
    { concurrency: { key: () => "k", order: "enqueued" } },
  ])
    expect(define(options)).toThrow(
      /job.on is \["order.paid"\]: give no events, or a definition whose \w+ is no function/,
    )
  expect(define({ on: [orderPaid, orderPaid] })).toThrow(/each event once/)
  expect(define({ on: ["order.paid"] })).toThrow(/a list of what defineEvent returns/)
  expect(define({ unique: {} })).not.toThrow()
})
