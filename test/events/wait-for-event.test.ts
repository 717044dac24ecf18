import {
  createSluice,
  defineEvent,
  defineJob,
  type JobContext,
  retryOn,
  Snooze,
  WaitTimeoutError,
} from "@sluice/core"
import { afterEach, expect, expectTypeOf, test } from "vitest"
import { z } from "zod"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const paid = defineEvent("paid", z.object({ order: z.number(), by: z.string().default("nobody") }))

class Later extends Error {}
let work: (context: JobContext) => Promise<unknown>
const job = defineJob({
  name: "job",
  maxAttempts: 3,
  retry: [retryOn(Later, { attempts: 3, wait: "1h" })],
  perform: (_payload: unknown, context) => work(context),
})
const { sluice, drainOnce } = drainable(database, [job])

afterEach(() =>
  database.pool.query(
    "truncate sluice.jobs, sluice.finished, sluice.progress, sluice.event_waits, sluice.emitted_events, sluice.emit_keys",
  ),
)

const waits = () =>
  database.rows("select key, match, is_waiting, payload from sluice.event_waits order by job_id, key")
const resultOf = async (id: string) => (await sluice.getJob(id))?.result
const runNow = () => database.pool.query("update sluice.jobs set run_at = now() where state = 'scheduled'")

test("a job waits for an event without running, and continues with its payload", async () => {
  const { id } = await job.enqueue({})
  work = async ({ waitForEvent }) => waitForEvent(paid)
  expect(await drainOnce()).toMatchObject({ snoozed: 1, dueWork: false })
  expect(await sluice.getJob(id)).toMatchObject({ state: "waiting", attempts: 0, errors: [] })
  expect((await sluice.listJobs({ state: "waiting" })).jobs).toMatchObject([{ id, state: "waiting" }])
  expect(await database.rows("select state from sluice.unfinished_jobs")).toEqual([{ state: "waiting" }])
  expect(await drainOnce()).toMatchObject({ claimed: 0, dueWork: false })

  expect(await sluice.emit(paid, { order: 7 })).toEqual({ jobs: [], resumed: 1 })
  expect(await sluice.emit(paid, { order: 8 })).toEqual({ jobs: [], resumed: 0 })
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ attempts: 1, result: { order: 7, by: "nobody" } })
  expect(await waits()).toEqual([])
})

test("only an event whose payload contains the match resumes it", async () => {
  const { id } = await job.enqueue({})
  work = async ({ waitForEvent }) =>
    waitForEvent("any", { match: { order: 7, items: [{ sku: "a" }], deep: { yes: true } } })
  await drainOnce()
  for (const payload of [
    {},
    [],
    "text",
    { order: 7, items: [{ sku: "a" }] },
    { order: 7, items: [{ sku: "b" }], deep: { yes: true } },
    { order: 8, items: [{ sku: "a" }], deep: { yes: true } },
    { order: "7", items: [{ sku: "a" }], deep: { yes: true } },
    { order: 7, items: [{ sku: "a" }], deep: [true] },
  ])
    expect(await sluice.emit("any", payload)).toMatchObject({ resumed: 0 })
  expect(await sluice.emit("other", { order: 7, items: [{ sku: "a" }], deep: { yes: true } })).toMatchObject({
    resumed: 0,
  })
  const payload = { order: 7.0, items: [{ sku: "b" }, { sku: "a", n: 2 }], deep: { yes: true, no: false } }
  expect(await sluice.emit("any", payload)).toMatchObject({ resumed: 1 })
  await drainOnce()
  expect(await resultOf(id)).toEqual(payload)
})

test("jobs that wait for the same event all get it", async () => {
  const handles = await Promise.all([job.enqueue({}), job.enqueue({})])
  work = async ({ waitForEvent }) => (await waitForEvent(paid)).order
  await drainOnce()
  expect(await sluice.emit(paid, { order: 9 })).toMatchObject({ resumed: 2 })
  expect(await drainOnce()).toMatchObject({ succeeded: 2 })
  for (const { id } of handles) expect(await resultOf(id)).toBe(9)
})

test("it waits 30 days, or its timeout, and then throws, in every later execution too", async () => {
  const daysLeft = async () =>
    Number(
      (
        await database.rows(
          "select round(extract(epoch from run_at - now()) / 86400) as days from sluice.jobs",
        )
      )[0].days,
    )
  const { id } = await job.enqueue({})
  let fail = true
  work = async ({ waitForEvent }) => {
    await waitForEvent(paid).catch((error) => {
      if (!(error instanceof WaitTimeoutError)) throw error
      expect(error.code).toBe("wait_timeout")
    })
    if (fail) throw new Later()
    return "escalated"
  }
  await drainOnce()
  expect(await daysLeft()).toBe(30)
  await database.pool.query("update sluice.progress set until_at = now()")
  await runNow()
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  expect(await sluice.emit(paid, { order: 1 })).toMatchObject({ resumed: 0 })
  fail = false
  await runNow()
  await drainOnce()
  expect(await resultOf(id)).toBe("escalated")
})

test("an event that is emitted before the wait has begun doesn't count", async () => {
  await job.enqueue({})
  await sluice.emit(paid, { order: 1 })
  work = async ({ waitForEvent, step }) => {
    await step("emit", async () => void (await sluice.emit(paid, { order: 2 })))
    return waitForEvent(paid)
  }
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  await drainOnce()
  await drainOnce()
  expect(await waits()).toMatchObject([{ payload: null }])
})

test("with the wait opened first, an event counts that is emitted before the job comes to it", async () => {
  const { id } = await job.enqueue({})
  work = async ({ openEventWait, waitForEvent, step }) => {
    await openEventWait(paid, { match: { order: 2 } })
    await step("emit", async () => {
      expect(await sluice.emit(paid, { order: 1 })).toMatchObject({ resumed: 0 })
      expect(await sluice.emit(paid, { order: 2 })).toMatchObject({ resumed: 1 })
    })
    return (await waitForEvent(paid, { match: { order: 2 } })).order
  }
  expect(await drainOnce()).toMatchObject({ succeeded: 1, snoozed: 0 })
  expect(await resultOf(id)).toBe(2)
})

test("an event doesn't resume a job that sleeps or waits for a retry before it comes to the wait", async () => {
  await job.enqueue({})
  work = async ({ openEventWait, sleep }) => {
    await openEventWait(paid)
    await sleep("1h")
  }
  await drainOnce()
  expect((await sluice.listJobs()).jobs).toMatchObject([{ state: "scheduled" }])
  expect(await sluice.emit(paid, { order: 1 })).toMatchObject({ resumed: 1 })
  expect(await drainOnce()).toMatchObject({ claimed: 0 })
})

test("a job that fails once an event has resumed it waits for its retry", async () => {
  await job.enqueue({})
  let fails = false
  work = async ({ waitForEvent }) => {
    if (fails) throw new Later()
    await waitForEvent(paid)
  }
  await drainOnce()
  await sluice.emit(paid, { order: 1 })
  fails = true
  expect(await drainOnce()).toMatchObject({ retried: 1, dueWork: false })
  expect(await drainOnce()).toMatchObject({ claimed: 0 })
  fails = false
  await runNow()
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
})

test("one that is emitted while the job is put back makes it due at once", async () => {
  const { id } = await job.enqueue({})
  let isFirst = true
  work = async ({ waitForEvent }) =>
    waitForEvent(paid).catch(async (error) => {
      if (isFirst && error instanceof Snooze)
        expect(await sluice.emit(paid, { order: 5 })).toMatchObject({ resumed: 1 })
      isFirst = false
      throw error
    })
  await drainOnce()
  await drainOnce()
  expect(await resultOf(id)).toEqual({ order: 5, by: "nobody" })
})

test("waits in sequence have keys of their own, and each takes an event", async () => {
  const { id } = await job.enqueue({})
  work = async ({ waitForEvent }) => [
    (await waitForEvent(paid, { key: "first" })).order,
    (await waitForEvent(paid, { key: "second" })).order,
  ]
  await drainOnce()
  await sluice.emit(paid, { order: 1 }, { idempotencyKey: "1" })
  await drainOnce()
  expect(await sluice.emit(paid, { order: 1 }, { idempotencyKey: "1" })).toEqual({ jobs: [], resumed: 1 })
  await drainOnce()
  await drainOnce() // looks at the first event once more
  expect((await sluice.getJob(id))?.state).toBe("waiting")
  await sluice.emit(paid, { order: 2 })
  await drainOnce()
  expect(await resultOf(id)).toEqual([1, 2])
})

test("the same key twice in one execution is refused", async () => {
  const { id } = await job.enqueue({}, { maxAttempts: 1 })
  work = async ({ waitForEvent }) => {
    await waitForEvent(paid).catch(() => {})
    await waitForEvent(paid)
  }
  await drainOnce()
  work = async ({ waitForEvent }) => {
    await sluice.emit(paid, { order: 1 })
    await waitForEvent(paid)
    await waitForEvent(paid)
  }
  await runNow()
  await drainOnce()
  expect((await sluice.getJob(id))?.errors).toMatchObject([{ code: "name_taken" }])
})

test("a job that races waits goes on with the first event", async () => {
  const { id } = await job.enqueue({})
  work = async ({ waitForEvent }) =>
    Promise.race([waitForEvent("a").then(() => "a"), waitForEvent("b", { timeout: "1h" }).then(() => "b")])
  await drainOnce()
  await sluice.emit("b", {})
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await resultOf(id)).toBe("b")
})

test("one that waits for several events waits for all", async () => {
  const { id } = await job.enqueue({})
  work = async ({ waitForEvent, all }) => all([waitForEvent("a"), waitForEvent("b")])
  await drainOnce()
  await sluice.emit("b", { n: 2 })
  await drainOnce()
  expect((await sluice.getJob(id))?.state).toBe("waiting")
  await sluice.emit("a", { n: 1 })
  await drainOnce()
  expect(await resultOf(id)).toEqual([{ n: 1 }, { n: 2 }])
})

test("a payload that doesn't match the schema is an error in the job", async () => {
  const { id } = await job.enqueue({}, { maxAttempts: 1 })
  work = async ({ waitForEvent }) => waitForEvent(paid)
  await drainOnce()
  await createSluice({ database: database.pool }).emit("paid", { order: "seven" })
  await drainOnce()
  expect((await sluice.getJob(id))?.errors).toMatchObject([{ code: "invalid_wait_value" }])
})

test.each([
  [{ match: [] }, "invalid_option"],
  [{ match: { a: "x".repeat(1_100) } }, "payload_too_large"],
  [{ match: Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`key${n}`, n])) }, "payload_too_large"],
  [{ key: "" }, "invalid_option"],
  [{ matches: {} }, "unknown_option"],
])("a wait with %j is refused", async (options, code) => {
  const { id } = await job.enqueue({}, { maxAttempts: 1 })
  work = async ({ waitForEvent }) => waitForEvent("e", options as never)
  await drainOnce()
  expect((await sluice.getJob(id))?.errors).toMatchObject([{ code }])
})

test("a match has the types of the event's payload, of which it may be any part", () => {
  const placed = defineEvent(
    "placed",
    z.object({
      order: z.number(),
      at: z.coerce.date(),
      lines: z.array(z.object({ sku: z.string(), n: z.number() })),
    }),
  )
  const untyped = defineEvent("untyped")
  const waits = ({ waitForEvent, openEventWait }: JobContext) => [
    waitForEvent(placed, { match: { order: 1 }, timeout: "1h" }),
    openEventWait(placed, { match: { lines: [{ sku: "a" }] } }),
    waitForEvent(untyped, { match: { anything: [1] } }),
    waitForEvent("by-name", { match: { anything: 1 } }),
    // @ts-expect-error no payload has this key
    waitForEvent(placed, { match: { ordr: 1 } }),
    // @ts-expect-error the payload has a number
    openEventWait(placed, { match: { order: "1" } }),
    // @ts-expect-error the list has other elements
    waitForEvent(placed, { match: { lines: [{ sku: 1 }] } }),
  ]
  expectTypeOf(waits).toBeFunction()
})

test("the end of a job ends its waits, whether it is canceled or succeeds without them", async () => {
  const { id } = await job.enqueue({})
  work = async ({ waitForEvent }) => waitForEvent(paid)
  await drainOnce()
  await sluice.cancelJob(id)
  expect(await waits()).toEqual([])
  await job.enqueue({})
  work = async ({ openEventWait }) => openEventWait(paid)
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await waits()).toEqual([])
})

test("a drainer is invoked for jobs that an event resumes", async () => {
  const { id } = await job.enqueue({})
  work = async ({ waitForEvent }) => waitForEvent(paid)
  await drainOnce()
  let woken = 0
  const waking = createSluice({ database: database.pool, wake: async () => void woken++ })
  await waking.emit("other", {})
  expect(woken).toBe(0)
  await waking.emit("paid", { order: 1 })
  expect(woken).toBe(1)
  await drainOnce()
  expect(await resultOf(id)).toMatchObject({ order: 1 })
})
