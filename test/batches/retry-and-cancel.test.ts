import { setTimeout as wait } from "node:timers/promises"
import { BatchNotFoundError, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"
import { batchesIn, fails, later, ok } from "./batches.ts"

const { sluice, drainOnce, callbacks, events, broken, calls } = await batchesIn()

/** A batch that has failed. */
async function failed() {
  broken.is = true
  const batch = await sluice.enqueueBatch([ok, fails, fails], callbacks)
  await drainOnce()
  expect(events()).toEqual(["discard", "finish"])
  calls.length = 0
  return batch
}

test("what failed is retried: the batch is open again, and its callbacks stay done", async () => {
  const { id } = await failed()
  broken.is = false
  expect(await sluice.retryBatch(id, { retriedBy: "ada" })).toEqual({ matched: 2, changed: 2, refused: [] })
  expect(await sluice.getBatch(id)).toMatchObject({
    state: "open",
    total: 3,
    pending: 2,
    succeeded: 1,
    discarded: 0,
    finishedAt: null,
  })
  await drainOnce()
  expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded", total: 3, succeeded: 3 })
  expect(events()).toEqual([])
})

test("with callbacks: true, they are called again, also onDiscard", async () => {
  const { id } = await failed()
  await sluice.retryBatch(id, { callbacks: true })
  await drainOnce()
  expect(events(), "it has failed again").toEqual(["discard", "finish"])
  broken.is = false
  await sluice.retryBatch(id, { callbacks: true })
  await drainOnce()
  expect(events()).toEqual(["discard", "finish", "finish", "success"])
})

test("a retry of one of its jobs opens a batch, too, and canceling that fails it again", async () => {
  const { id, jobs } = await failed()
  await sluice.pauseQueue("default")
  await sluice.retryJob(jobs[1]?.id as string)
  expect(await sluice.getBatch(id)).toMatchObject({ state: "open", discarded: 1, pending: 1 })
  await sluice.cancelJob(jobs[1]?.id as string)
  expect(await sluice.getBatch(id)).toMatchObject({ state: "failed", discarded: 1, canceled: 1, pending: 0 })
  await sluice.resumeQueue("default")
})

test("a retry while the batch is open puts its counts right, and its callbacks are still to come", async () => {
  const { id, jobs } = await sluice.enqueueBatch([fails, later], callbacks)
  await drainOnce()
  broken.is = false
  await sluice.retryBatch(id)
  expect(await sluice.getBatch(id)).toMatchObject({ state: "open", discarded: 0, pending: 2 })
  await sluice.runJobNow(jobs[1]?.id as string)
  await drainOnce()
  expect(events()).toEqual(["discard", "finish", "success"])
})

test("the rest of a batch is canceled: jobs that wait at once, and a running one is aborted", async () => {
  const own = await createDatabase()
  let running = 0
  const long = defineJob({
    name: "long",
    async perform(_payload, { signal }) {
      running++
      await wait(60_000, undefined, { signal })
    },
  })
  const { sluice, drainOnce } = drainable(own, [long])
  const { id } = await sluice.enqueueBatch([{ name: "long" }, { name: "long", options: { delay: "1h" } }])
  const other = await sluice.enqueue("long", {}, { delay: "1h" })
  const draining = drainOnce()
  await eventually(() => expect(running).toBe(1))
  expect(await sluice.cancelBatch(id)).toMatchObject({ matched: 2, changed: 2 })
  await draining
  expect(await sluice.getBatch(id)).toMatchObject({ state: "failed", canceled: 2, pending: 0 })
  expect(await sluice.getJob(other.id), "a job of no batch").toMatchObject({ state: "scheduled" })
})

test("a batch that is unknown is neither retried nor canceled", async () => {
  await expect(sluice.retryBatch("123456789")).rejects.toThrow(BatchNotFoundError)
  await expect(sluice.cancelBatch("123456789")).rejects.toThrow(BatchNotFoundError)
})
