import { type BatchContext, Discard, defineJob, RetryAfter } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

interface Doc {
  readonly n: number
  readonly shelf?: string
}

const database = await createDatabase()
const calls: number[][] = []
let waiting = 0
let perform: (docs: readonly Doc[], context: BatchContext) => unknown = () => undefined

const index = defineJob({
  name: "index",
  batch: { size: 50, by: ({ shelf = "" }: Doc) => shelf },
  backoff: { base: "1h" },
  timeout: "20s",
  performMany(docs: readonly Doc[], context) {
    calls.push(docs.map(({ n }) => n))
    return perform(docs, context) as undefined
  },
})
const patient = defineJob({
  name: "patient",
  batch: { size: 2, wait: "30s" },
  timeout: "1m",
  hooks: {
    aroundPerform(_job, next) {
      const performing = next()
      waiting++
      return performing
    },
  },
  performMany: (docs: readonly Doc[]) => void calls.push(docs.map(({ n }) => n)),
})
const single = defineJob({ name: "single", perform: () => void calls.push([]) })
const { sluice, drainOnce } = drainable(database, [index, patient, single])

afterEach(async () => {
  await database.pool.query("delete from sluice.jobs")
  calls.length = 0
  waiting = 0
  perform = () => undefined
})

test("jobs that are claimed together are performed by one call, and each has its result", async () => {
  const jobs = await enqueue(3)
  perform = (docs) => docs.map(({ n }) => ({ indexed: n }))
  expect(await drainOnce()).toMatchObject({ succeeded: 3 })
  expect(calls).toEqual([[0, 1, 2]])
  for (const [n, { id }] of jobs.entries())
    expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", attempts: 1, result: { indexed: n } })
})

test("a batch takes one place, so it can be larger than the drainer's concurrency", async () => {
  await enqueue(120)
  expect(await drainOnce({ concurrency: 1 })).toMatchObject({ succeeded: 120 })
  const sizes = calls.map((call) => call.length)
  expect(Math.max(...sizes)).toBeGreaterThan(20) // as many as a claim brought, which is no more than 50 at once
  expect(Math.max(...sizes)).toBeLessThanOrEqual(50)
})

test("while a batch is performed, other jobs have the other places", async () => {
  await enqueue(3)
  await sluice.enqueue(single, {})
  perform = async () => {
    await expect.poll(() => calls).toHaveLength(2)
  }
  expect(await drainOnce({ concurrency: 2 })).toMatchObject({ succeeded: 4 })
})

test("each job of a call has an outcome of its own", async () => {
  const [good, discarded, retried, later] = await enqueue(4)
  perform = () => ["done", new Discard("never"), new Error("once more"), new RetryAfter("2h")]
  expect(await drainOnce()).toMatchObject({ succeeded: 1, discarded: 1, retried: 2 })
  expect(await sluice.getJob(good?.id as string)).toMatchObject({ state: "succeeded", result: "done" })
  expect(await sluice.getJob(discarded?.id as string)).toMatchObject({
    state: "discarded",
    errors: [{ message: "never" }],
  })
  expect(await sluice.getJob(retried?.id as string)).toMatchObject({
    state: "scheduled",
    attempts: 1,
    errors: [{ message: "once more" }],
  })
  expect((await sluice.getJob(later?.id as string))?.runAt.getTime()).toBeGreaterThan(Date.now() + 7_000_000)
})

test("an error that performMany throws counts for all", async () => {
  const jobs = await enqueue(2)
  perform = () => {
    throw new Error("the index is down")
  }
  expect(await drainOnce()).toMatchObject({ retried: 2 })
  for (const { id } of jobs)
    expect(await sluice.getJob(id)).toMatchObject({ attempts: 1, errors: [{ message: "the index is down" }] })
})

test.each([
  [["one"], "a list of 1"],
  ["done", "a value of type string"],
])("if it returns %j for two jobs, both have failed", async (returned, what) => {
  const jobs = await enqueue(2)
  perform = () => returned
  expect(await drainOnce()).toMatchObject({ retried: 2 })
  for (const { id } of jobs)
    expect((await sluice.getJob(id))?.errors[0]?.message).toContain(`returned ${what} for 2 payloads`)
})

test("only jobs of the same group are performed together", async () => {
  for (const [n, shelf] of ["a", "b", "a", "b"].entries()) await sluice.enqueue(index, { n, shelf })
  await drainOnce()
  expect(calls.toSorted()).toEqual([
    [0, 2],
    [1, 3],
  ])
})

test("a call waits for jobs that are enqueued meanwhile, until it is full", async () => {
  await sluice.enqueue(patient, { n: 1 })
  const enough = new AbortController()
  const performing = drainOnce({ linger: "1m", signal: enough.signal })
  await expect.poll(() => waiting).toBe(1)
  expect(calls).toEqual([])
  await sluice.enqueue(patient, { n: 2 })
  await expect.poll(() => calls, { timeout: 25_000 }).toEqual([[1, 2]])
  enough.abort()
  await performing
})

test("when the drain is told to stop, jobs that wait for others are performed at once", async () => {
  await sluice.enqueue(patient, { n: 1 })
  const stop = new AbortController()
  const performing = drainOnce({ signal: stop.signal, grace: "10s" })
  await expect.poll(() => waiting).toBe(1)
  stop.abort()
  expect(await performing).toMatchObject({ succeeded: 1 })
  expect(calls).toEqual([[1]])
})

test("a job that is canceled while it waits for others is not performed", async () => {
  const { id } = await sluice.enqueue(patient, { n: 1 })
  const performing = drainOnce()
  await expect.poll(() => waiting).toBe(1)
  await sluice.cancelJob(id)
  expect(await performing).toMatchObject({ canceled: 1 })
  expect(calls).toEqual([])
})

test("a job that is canceled during the call doesn't abort the others", async () => {
  const [first, second] = await enqueue(2)
  let wasAborted = false
  perform = async (_docs, { jobs, signal }) => {
    await sluice.cancelJob(second?.id as string)
    await expect.poll(() => jobs[1]?.signal.aborted, { timeout: 15_000 }).toBe(true)
    wasAborted = signal.aborted
  }
  expect(await drainOnce()).toMatchObject({ succeeded: 1, canceled: 1 })
  expect(wasAborted).toBe(false)
  expect((await sluice.getJob(first?.id as string))?.state).toBe("succeeded")
  expect((await sluice.getJob(second?.id as string))?.state).toBe("canceled")
})

test("the signal of the call aborts when the drain ends", async () => {
  await enqueue(2)
  const stop = new AbortController()
  perform = (_docs, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason))
      stop.abort()
    })
  expect(await drainOnce({ signal: stop.signal, grace: "100ms" })).toMatchObject({ snoozed: 2 })
})

test("each job has its own context", async () => {
  const jobs = await enqueue(2)
  let ids: string[] = []
  perform = (_docs, { jobs }) => {
    ids = jobs.map(({ id }) => id)
  }
  await drainOnce()
  expect(ids).toEqual(jobs.map(({ id }) => id))
})

test("the definition performs a single job, too", async () => {
  perform = () => [7]
  const context = { signal: new AbortController().signal } as never
  expect(await index.perform({ n: 1 }, context)).toBe(7)
  perform = () => [new Discard("never")]
  await expect(index.perform({ n: 1 }, context)).rejects.toThrow("never")
})

const performMany = () => {}
test.each([
  [{ performMany }, "batch"],
  [{ batch: {}, performMany }, "size"],
  [{ batch: { size: 0 }, performMany }, "size"],
  [{ batch: { size: 1.5 }, performMany }, "size"],
  [{ batch: { size: 1_001 }, performMany }, "size"],
  [{ batch: { size: "2" }, performMany }, "size"],
  [{ batch: { size: 2, wait: "2m" }, performMany }, "wait"],
  [{ batch: { size: 2, wait: -1 }, performMany }, "wait"],
  [{ batch: { size: 2, by: "key" }, performMany }, "by"],
  [{ batch: { size: 2, waits: 1 }, performMany }, "waits"],
  [{ batch: [2], performMany }, "batch"],
  [{ batch: { size: 2 } }, "performMany"],
  [{ batch: { size: 2 }, performMany: true }, "performMany"],
  [{ batch: { size: 2 }, performMany, perform: () => {} }, "perform"],
  [{ batch: { size: 2 }, performMany, transactional: true }, "transactional"],
])("a definition with %j is refused", (options, named) => {
  expect(() => defineJob({ name: "wrong", ...options } as never)).toThrow(named)
})

function enqueue(count: number) {
  return sluice.enqueueMany(Array.from({ length: count }, (_, n) => ({ name: "index", payload: { n } })))
}
