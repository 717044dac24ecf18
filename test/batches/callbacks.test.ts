import { expect, test } from "vitest"
import { batchesIn, fails, later, ok } from "./batches.ts"

const { database, sluice, drainOnce, callbacks, calls, events } = await batchesIn()

test("callbacks are enqueued once all jobs have succeeded, and performed in the same drain", async () => {
  const properties = { upload: "a.csv" }
  const { id, total, jobs } = await sluice.enqueueBatch([ok, ok, ok], { ...callbacks, properties })
  expect({ total, statuses: jobs.map(({ status }) => status) }).toEqual({
    total: 3,
    statuses: ["enqueued", "enqueued", "enqueued"],
  })
  expect(await sluice.getBatch(id)).toMatchObject({ state: "open", total: 3, pending: 3, finishedAt: null })

  const { dueWork, succeeded } = await drainOnce()
  expect({ dueWork, succeeded }).toEqual({ dueWork: false, succeeded: 5 })
  const read = { id, state: "succeeded", total: 3, succeeded: 3, discarded: 0, canceled: 0, properties }
  expect(calls.toSorted((a, b) => a.event.localeCompare(b.event))).toEqual([
    { event: "finish", ...read },
    { event: "success", ...read },
  ])
  expect(await sluice.getBatch(id)).toMatchObject({ ...read, pending: 0, finishedAt: expect.any(Date) })
})

test("of a batch of which a job is discarded, onDiscard and onFinish are called, and not onSuccess", async () => {
  const { id } = await sluice.enqueueBatch([ok, fails, fails], callbacks)
  await drainOnce()
  expect(events()).toEqual(["discard", "finish"])
  expect(await sluice.getBatch(id)).toMatchObject({ state: "failed", succeeded: 1, discarded: 2, pending: 0 })
})

test("onDiscard is called at the first discard, while other jobs are pending, and once", async () => {
  const { id, jobs } = await sluice.enqueueBatch(
    [fails, later, { ...fails, options: { delay: "1h" } }],
    callbacks,
  )
  await drainOnce()
  expect(events()).toEqual(["discard"])
  expect(await sluice.getBatch(id)).toMatchObject({ state: "open", discarded: 1, pending: 2 })

  for (const job of jobs.slice(1)) await sluice.runJobNow(job.id)
  await drainOnce()
  expect(events()).toEqual(["discard", "finish"])
})

test("a batch without jobs has finished at once, with its callbacks enqueued", async () => {
  const { id, total } = await sluice.enqueueBatch([], callbacks)
  expect(total).toBe(0)
  expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded", total: 0 })
  await drainOnce()
  expect(events()).toEqual(["finish", "success"])
})

test("a batch without callbacks counts its jobs and finishes", async () => {
  const { id } = await sluice.enqueueBatch([ok, fails])
  await drainOnce()
  expect(await sluice.getBatch(id)).toMatchObject({ state: "failed", succeeded: 1, discarded: 1 })
})

test("a callback is a job with a payload and options", async () => {
  const onFinish = {
    name: "ok",
    payload: { of: "it" },
    options: { queue: "mail", priority: -5, delay: "1h" },
  } as const
  const { id } = await sluice.enqueueBatch([ok], { onFinish })
  await drainOnce()
  const { jobs } = await sluice.listJobs({ queue: "mail" })
  expect(jobs).toMatchObject([{ name: "ok", state: "scheduled", priority: -5, batchId: null }])
  expect(await sluice.getJob(jobs[0]?.id as string)).toMatchObject({ payload: { of: "it" } })
  expect(await sluice.getBatch(id), "a callback is none of its jobs").toMatchObject({ total: 1, pending: 0 })
  await sluice.cancelJob(jobs[0]?.id as string)
})

test("of a transaction that is rolled back there is neither a batch nor a job", async () => {
  const client = await database.pool.connect()
  await client.query("begin")
  const { id } = await sluice.enqueueBatch([ok], { ...callbacks, transaction: client })
  await client.query("rollback")
  client.release()
  expect(await sluice.getBatch(id)).toBeUndefined()
  await drainOnce()
  expect(events()).toEqual([])
})

test("a callback that can't be stored is enqueued later, and the batch is open until then", async () => {
  await sluice.limitQueue("narrow", { waiting: 1 })
  const blocker = await sluice.enqueue("ok", {}, { queue: "narrow", delay: "1h" })
  const { id } = await sluice.enqueueBatch([ok], {
    onFinish: { name: "finish", options: { queue: "narrow" } },
  })
  const { dueWork, nextDueInMs } = await drainOnce()
  expect({ dueWork, callbacks: events() }).toEqual({ dueWork: false, callbacks: [] })
  expect(nextDueInMs, "ms until it is tried again").toBeLessThan(10_500)
  expect(await sluice.getBatch(id)).toMatchObject({
    state: "open",
    pending: 0,
    callbackError: expect.stringContaining("narrow"),
  })

  await sluice.cancelJob(blocker.id)
  await database.pool.query("update sluice.batches set retry_at = now() where id = $1", [id])
  await drainOnce()
  expect(events()).toEqual(["finish"])
  expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded", callbackError: null })
})
