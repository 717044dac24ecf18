import { expect, test } from "vitest"
import { batchesIn, later, ok } from "./batches.ts"

const { database, sluice, drainOnce, callbacks, events } = await batchesIn()

test("a job that is canceled while it waits has ended, and the callbacks are due at once", async () => {
  const { id, jobs } = await sluice.enqueueBatch([later, later], callbacks)
  await sluice.cancelJob(jobs[0]?.id as string)
  expect(await sluice.getBatch(id)).toMatchObject({ state: "open", canceled: 1, pending: 1 })
  await sluice.cancelJob(jobs[1]?.id as string)
  expect(await sluice.getBatch(id)).toMatchObject({ state: "failed", canceled: 2, pending: 0 })
  await drainOnce()
  expect(events()).toEqual(["finish"])
})

test("a job that expires has ended", async () => {
  const { id } = await sluice.enqueueBatch(
    [ok, { name: "ok", options: { expiresAt: "2020-01-01T00:00:00Z" } }],
    callbacks,
  )
  await drainOnce()
  expect(await sluice.getBatch(id)).toMatchObject({ state: "failed", succeeded: 1, canceled: 1 })
  expect(events()).toEqual(["finish"])
})

test("a job that is erased has ended", async () => {
  const { id } = await sluice.enqueueBatch([later, ok], callbacks)
  await sluice.eraseJobs({ batch: id })
  await drainOnce()
  expect(await sluice.getBatch(id)).toMatchObject({ state: "failed", canceled: 2, pending: 0 })
  expect(events()).toEqual(["finish"])
})

test("a job that was there already isn't one of the batch, and one that a batch replaces stays what it was", async () => {
  const keyed = { name: "ok", options: { uniqueKey: "a", delay: "1h" } } as const
  const replacing = {
    name: "ok",
    options: { unique: { key: "b", while: "waiting", onConflict: "replace" }, delay: "1h" },
  } as const
  const first = await sluice.enqueueBatch([keyed, replacing])
  const second = await sluice.enqueueBatch([keyed, keyed, replacing, ok], callbacks)
  expect(first.total).toBe(2)
  expect({ total: second.total, statuses: second.jobs.map(({ status }) => status) }).toEqual({
    total: 1,
    statuses: ["deduplicated", "deduplicated", "replaced", "enqueued"],
  })
  await drainOnce()
  expect(events()).toEqual(["finish", "success"])
  expect(await sluice.getBatch(first.id)).toMatchObject({ state: "open", pending: 2 })
  await sluice.cancelBatch(first.id)
})

test("a batch of jobs that were all there already finishes at once", async () => {
  const keyed = { name: "ok", options: { idempotencyKey: "same" } }
  await sluice.enqueueMany([keyed])
  const { id, total } = await sluice.enqueueBatch([keyed], callbacks)
  expect(total).toBe(0)
  expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded" })
  await drainOnce()
  expect(events()).toEqual(["finish", "success"])
})

test("jobs that somebody deletes by hand are counted as canceled by the maintenance", async () => {
  const { id } = await sluice.enqueueBatch([ok, later, later], callbacks)
  await drainOnce()
  await database.pool.query("delete from sluice.jobs where batch_id = $1", [id])
  expect(
    await database.rows(
      "select batch_id, lost from sluice.batches_adrift(array(select id from sluice.batches))",
    ),
  ).toEqual([{ batch_id: id, lost: 2 }])
  await database.pool.query("select sluice.run_maintenance('repair batches')")
  await drainOnce()
  expect(await sluice.getBatch(id)).toMatchObject({ state: "failed", succeeded: 1, canceled: 2, pending: 0 })
  expect(events()).toEqual(["finish"])
})

test("the history of a batch is dropped with that of its time, and open ones are kept", async () => {
  const { id } = await sluice.enqueueBatch([ok])
  const open = await sluice.enqueueBatch([later])
  await drainOnce()
  await database.pool.query(
    "update sluice.batches set finished_at = now() - interval '20 days' where id = $1",
    [id],
  )
  await database.pool.query("select sluice.run_maintenance('forget batches')")
  expect(await sluice.getBatch(id)).toBeUndefined()
  expect(await sluice.getBatch(open.id)).toMatchObject({ state: "open" })
  await sluice.cancelBatch(open.id)
})

test("maintenance goes through the batches in sets, and begins anew after the last", async () => {
  const { id } = await sluice.enqueueBatch([later])
  await database.pool.query(
    "insert into sluice.batches (id, state, finished_at) select id + $1::bigint, 'succeeded', now() from generate_series(1, 6000) id",
    [id],
  )
  await database.pool.query("delete from sluice.jobs where batch_id = $1", [id])
  const repair = async () =>
    (await database.rows("select more from sluice.run_maintenance('repair batches')"))[0]
  await database.pool.query("update sluice.maintenance_steps set place = $1 where step = 'repair batches'", [
    id,
  ])
  expect([await repair(), await repair()]).toEqual([{ more: true }, { more: false }])
  expect(
    await database.rows("select from sluice.batches_adrift(array(select id from sluice.batches))"),
  ).toHaveLength(1)
  expect(await repair()).toEqual({ more: true })
  expect(
    await database.rows("select from sluice.batches_adrift(array(select id from sluice.batches))"),
  ).toHaveLength(0)
  await database.pool.query("delete from sluice.batches where id > $1", [id])
})

test("thousands of batches that end in one drain are finished by it", async () => {
  await database.pool.query(
    `with stored as (insert into sluice.batches (total) select 1 from generate_series(1, 3000) returning id)
     insert into sluice.jobs (name, state, batch_id) select 'ok', 'ready', id from stored`,
  )
  await drainOnce()
  expect(await database.rows("select from sluice.batches where state = 'open'")).toHaveLength(0)
})
