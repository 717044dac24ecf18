import { BatchFinishedError, BatchNotFoundError, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { batchesIn, later, ok } from "./batches.ts"

const { database, sluice, drainOnce, callbacks, calls, events } = await batchesIn()

test("jobs are added from outside while the batch is open", async () => {
  const { id, jobs } = await sluice.enqueueBatch([later], callbacks)
  expect(await sluice.addToBatch(id, [ok, ok])).toMatchObject([
    { status: "enqueued" },
    { status: "enqueued" },
  ])
  await drainOnce()
  expect(await sluice.getBatch(id)).toMatchObject({ state: "open", total: 3, pending: 1 })
  await sluice.runJobNow(jobs[0]?.id as string)
  await drainOnce()
  expect(calls).toMatchObject([{ total: 3 }, { total: 3 }])
})

test("nothing is added to a batch that has finished, or that is unknown", async () => {
  const { id } = await sluice.enqueueBatch([ok])
  await drainOnce()
  const finished = await sluice.addToBatch(id, [ok]).catch((error) => error)
  expect(finished).toBeInstanceOf(BatchFinishedError)
  expect(finished).toMatchObject({
    code: "batch_finished",
    message: expect.stringContaining(`Batch ${id} has finished`),
  })
  const unknown = await sluice.addToBatch("987654321", [ok]).catch((error) => error)
  expect(unknown).toBeInstanceOf(BatchNotFoundError)
  expect(await database.rows("select from sluice.jobs"), "stored").toEqual([])
})

test("a job adds others to its batch, which is open while it runs", async () => {
  const own = await createDatabase()
  const { callbacks, calls, ...theirs } = await batchesIn(own)
  const splits = defineJob({
    name: "splits",
    async perform({ depth }: { depth: number }, { batch }) {
      if (depth > 0) await batch?.add([1, 2].map(() => ({ name: "splits", payload: { depth: depth - 1 } })))
    },
  })
  const { sluice, drainOnce } = drainable(own, [splits, ...(theirs.sluice.definitions?.values() ?? [])])
  const { id } = await sluice.enqueueBatch([{ name: "splits", payload: { depth: 3 } }], callbacks)
  await drainOnce()
  expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded", total: 15, succeeded: 15 })
  expect(calls.map(({ event }) => event).toSorted()).toEqual(["finish", "success"])
})

test("a batch isn't finished before a transaction that adds to it has ended", async () => {
  const { id } = await sluice.enqueueBatch([ok], callbacks)
  const client = await database.pool.connect()
  await client.query("begin")
  await sluice.addToBatch(id, [ok], { transaction: client })
  await drainOnce()
  expect(await sluice.getBatch(id)).toMatchObject({ state: "open", total: 1, pending: 0 })
  await client.query("commit")
  client.release()
  await drainOnce()
  expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded", total: 2 })
  expect(events()).toEqual(["finish", "success"])
})

test("what is added in a transaction that is rolled back leaves the batch to finish", async () => {
  const { id } = await sluice.enqueueBatch([ok], callbacks)
  const client = await database.pool.connect()
  await client.query("begin")
  await sluice.addToBatch(id, [ok], { transaction: client })
  const { dueWork } = await drainOnce()
  expect(dueWork, "another drain finishes it").toBe(true)
  await client.query("rollback")
  client.release()
  await drainOnce()
  expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded", total: 1 })
  expect(events()).toEqual(["finish", "success"])
})
