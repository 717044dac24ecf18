import { setTimeout as wait } from "node:timers/promises"
import {
  createSluice,
  type DrainOptions,
  defineJob,
  drain,
  JobCanceledError,
  type Sluice,
  start,
} from "@sluice/core"
import { expect, onTestFinished, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const started = new Map<string, AbortSignal>()
const ends = new Map<string, () => void>()

/** Runs until the test ends it, whatever the signal says. */
const ignoreSignal = (_payload: unknown, { id, signal }: { id: string; signal: AbortSignal }) =>
  new Promise<{ done: true }>((resolve) => {
    started.set(id, signal)
    ends.set(id, () => resolve({ done: true }))
  })
const jobs = [
  defineJob({
    name: "heeds",
    async perform(_payload, { id, signal }) {
      started.set(id, signal)
      await wait(60_000, undefined, { signal })
    },
  }),
  defineJob({
    name: "transactional",
    transactional: true,
    async perform(_payload, { id, signal, transaction }) {
      await transaction.query("create table left_behind (id integer)")
      started.set(id, signal)
      await wait(60_000, undefined, { signal })
    },
  }),
  defineJob({ name: "ignores", perform: ignoreSignal }),
  defineJob({ name: "quick", perform() {} }),
  defineJob({
    name: "sleeps",
    async perform(_payload, { id, signal, sleep }) {
      started.set(id, signal)
      await new Promise((resolve) => signal.addEventListener("abort", resolve))
      await sleep("1h")
    },
  }),
]
const sluice: Sluice = createSluice({ database: database.pool, jobs })
/** Another process, as far as the database can tell. */
const elsewhere = createSluice({ database: database.pool })

async function work(options: Partial<DrainOptions> = {}) {
  const draining = drain(sluice, { connect: database.connect, ...options })
  onTestFinished(() => void draining.catch(() => {}))
  return draining
}

async function hasStarted(id: string): Promise<AbortSignal> {
  await eventually(() => expect(started.has(id)).toBe(true))
  return started.get(id) as AbortSignal
}

test.each(["heeds", "transactional"])(
  "a job that heeds its signal is recorded as canceled, and not retried: %s",
  async (name) => {
    const { id } = await sluice.enqueue(name, {})
    const draining = work()
    const signal = await hasStarted(id)
    expect(await elsewhere.cancelJob(id)).toEqual({ id, state: "running" })
    expect(await draining).toMatchObject({ canceled: 1, retried: 0, discarded: 0 })
    expect(signal.reason).toBeInstanceOf(JobCanceledError)
    expect(signal.reason).toMatchObject({
      code: "job_canceled",
      message: `The job ${JSON.stringify(name)} with the id ${id} was canceled`,
    })
    expect(await sluice.getJob(id)).toMatchObject({
      state: "canceled",
      attempts: 1,
      startedAt: expect.any(Date),
      errors: [{ outcome: "canceled", class: "JobCanceledError" }],
    })
    expect(await database.rows("select from sluice.cancellations")).toEqual([])
    expect(await database.rows("select to_regclass('left_behind') as there")).toEqual([{ there: null }])
  },
)

test("a job that ignores its signal is recorded as canceled with its late result", async () => {
  const { id } = await sluice.enqueue("ignores", {})
  const draining = work()
  const signal = await hasStarted(id)
  await elsewhere.cancelJob(id)
  await eventually(() => expect(signal.aborted).toBe(true))
  ends.get(id)?.()
  expect(await draining).toMatchObject({ canceled: 1, succeeded: 0 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "canceled", result: { done: true }, errors: [] })
})

test("a job that goes to sleep after it was canceled doesn't wake up again", async () => {
  const { id } = await sluice.enqueue("sleeps", {})
  const draining = work()
  await hasStarted(id)
  await elsewhere.cancelJob(id)
  await draining
  expect(await sluice.getJob(id)).toMatchObject({ state: "canceled" })
})

test("a job that ignores its signal leaves its place to others", async () => {
  const { id } = await sluice.enqueue("ignores", {})
  const draining = work({ concurrency: 1 })
  await hasStarted(id)
  await elsewhere.cancelJob(id)
  const next = await sluice.enqueue("ignores", {})
  await hasStarted(next.id)
  ends.get(next.id)?.()
  ends.get(id)?.()
  expect(await draining).toMatchObject({ canceled: 1, succeeded: 1 })
})

test("a drainer whose places are all taken hears of it within a second", { retry: 2 }, async () => {
  const { id } = await sluice.enqueue("heeds", {})
  const worker = start(sluice, { connect: database.connect, concurrency: 1 })
  onTestFinished(() => worker.stop())
  const signal = await hasStarted(id)
  await eventually(async () =>
    expect(
      await database.rows(
        "select from pg_stat_activity where datname = current_database() and query like '%canceled_of%' and state = 'idle'",
      ),
    ).not.toEqual([]),
  )
  const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve))
  const askedAtMs = performance.now()
  await elsewhere.cancelJob(id)
  await aborted
  expect(performance.now() - askedAtMs).toBeLessThan(1_000)
})

test("a drainer that isn't notified reads it in its next claim", async () => {
  const { id } = await sluice.enqueue("heeds", {})
  const draining = work()
  const signal = await hasStarted(id)
  await database.pool.query("insert into sluice.cancellations (job_id) values ($1)", [id])
  await draining
  expect(signal.reason).toBeInstanceOf(JobCanceledError)
})

// retried on a busy machine: a job that waits for a second is given back
test("a job that was claimed ahead is canceled without being performed", { retry: 2 }, async () => {
  const concurrency = 20
  const many = (name: string, length: number) => Array.from({ length }, () => ({ name }))
  await sluice.enqueueMany(many("quick", 2 * concurrency))
  const running = await sluice.enqueueMany(many("ignores", concurrency))
  const { id } = await sluice.enqueue("heeds", {})
  const draining = work({ concurrency })
  for (const job of running) await hasStarted(job.id)
  expect(await elsewhere.cancelJob(id)).toEqual({ id, state: "running" })
  await eventually(async () =>
    expect(await sluice.getJob(id)).toMatchObject({ state: "canceled", attempts: 0 }),
  )
  for (const job of running) ends.get(job.id)?.()
  expect(await draining).toMatchObject({ canceled: 1 })
  expect(started.has(id)).toBe(false)
})

test("a job that fails before its drainer hears of it is canceled instead of retried", async () => {
  const session = await openSession(database)
  const { id } = await sluice.enqueue("heeds", {})
  const fence = (await session.claim("heeds"))[0]?.fence as number
  expect(await elsewhere.cancelJob(id)).toEqual({ id, state: "running" })
  await session.settle({ id, fence, outcome: "retried", wait_ms: 0 })
  await session.end()
  await work()
  expect(started.has(id)).toBe(false)
  expect(await sluice.getJob(id)).toMatchObject({ state: "canceled", attempts: 1 })
})

test("a job that succeeds before its drainer hears of it has succeeded, and nothing of the request is left", async () => {
  const session = await openSession(database)
  const { id } = await sluice.enqueue("heeds", {})
  const fence = (await session.claim("heeds"))[0]?.fence as number
  await elsewhere.cancelJob(id)
  await session.settle({ id, fence, outcome: "succeeded" })
  await session.claim("heeds")
  await session.end()
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded" })
  expect(await database.rows("select from sluice.cancellations")).toEqual([])
})

test("a job whose drainer dies after it was to be canceled is not performed again", async () => {
  const session = await openSession(database)
  const key = { concurrencyKey: "of the dead" }
  const { id } = await sluice.enqueue("heeds", {}, key)
  await session.claim("heeds")
  await elsewhere.cancelJob(id)
  await session.end()
  expect(await work()).toMatchObject({ interrupted: 1 })
  expect(started.has(id)).toBe(false)
  expect(await sluice.getJob(id)).toMatchObject({ state: "canceled", errors: [{ outcome: "interrupted" }] })
  expect(await database.rows("select from sluice.permits")).toEqual([])
})

test("a job whose dead drainer nobody has reaped yet is canceled by whoever reaps it", async () => {
  const session = await openSession(database)
  const { id } = await sluice.enqueue("heeds", {})
  await session.claim("heeds")
  await session.end()
  expect(await elsewhere.cancelJob(id)).toEqual({ id, state: "running" })
  await work()
  expect(started.has(id)).toBe(false)
  expect(await sluice.getJob(id)).toMatchObject({ state: "canceled" })
})
