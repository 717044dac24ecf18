import type pg from "pg"
import { afterEach, expect, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { batchesIn, fails, later, ok } from "./batches.ts"

// What one transaction keeps from others while it is open.

const { database, sluice, drainOnce, events } = await batchesIn()
afterEach(() =>
  database.pool.query(
    "truncate sluice.jobs, sluice.batches, sluice.batch_counts, sluice.finished, sluice.retries, sluice.waiting_limits",
  ),
)

/** Does the work while a transaction is open, which is rolled back. */
async function besideOpenTransaction(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await database.pool.connect()
  try {
    await client.query("begin")
    await work(client)
  } finally {
    await client.query("rollback")
    client.release()
  }
}

const within = (ms: number, work: Promise<unknown>) => {
  const late = new Promise((_, reject) =>
    setTimeout(reject, ms, new Error(`not done within ${ms} ms`)).unref(),
  )
  return Promise.race([work, late])
}

test("an open transaction that enqueues a batch without jobs keeps no other batch from finishing", async () => {
  const { id } = await sluice.enqueueBatch([ok])
  await database.pool.query("insert into sluice.batch_counts (batch_id, total) values ($1, 0)", [id])
  await besideOpenTransaction(async (transaction) => {
    await sluice.enqueueBatch([], { transaction })
    await drainOnce()
    expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded" })
  })
})

test("a retry doesn't wait for an open transaction that adds to the batch", async () => {
  const { id, jobs } = await sluice.enqueueBatch([fails, later])
  await drainOnce()
  await besideOpenTransaction(async (transaction) => {
    await sluice.addToBatch(id, [later], { transaction })
    await within(5_000, sluice.retryJob(jobs[0]?.id as string))
    expect(await sluice.getBatch(id)).toMatchObject({ pending: 2, discarded: 0 })
  })
})

test("a callback with the key of a job in an open transaction is enqueued later, and holds up no drainer", async () => {
  const options = { concurrencyKey: "k", concurrencyOrder: "enqueued" } as const
  const batches = await Promise.all(
    Array.from({ length: 30 }, () => sluice.enqueueBatch([ok], { onFinish: { name: "finish", options } })),
  )
  await besideOpenTransaction(async (transaction) => {
    await sluice.enqueue("ok", {}, { ...options, transaction })
    await sluice.enqueue("ok", {})
    const startedAtMs = performance.now()
    expect(await drainOnce()).toMatchObject({ succeeded: 31 })
    expect(performance.now() - startedAtMs, "ms of the drain").toBeLessThan(10_000)
    expect(await sluice.getBatch(batches[0]?.id as string)).toMatchObject({ state: "open" })
  })
  await database.pool.query("update sluice.batches set retry_at = now() where retry_at is not null")
  await drainOnce()
  await database.pool.query("update sluice.batches set retry_at = now() where retry_at is not null")
  await drainOnce()
  expect(events()).toHaveLength(30)
})

test("a batch that gets another job while its callback can't be stored isn't due any more", async () => {
  await sluice.limitQueue("narrow", { waiting: 1 })
  await sluice.enqueue("ok", {}, { queue: "narrow", delay: "1h" })
  const { id } = await sluice.enqueueBatch([ok], {
    onFinish: { name: "finish", options: { queue: "narrow" } },
  })
  await drainOnce()
  await sluice.addToBatch(id, [later])
  await database.pool.query("update sluice.batches set retry_at = now()")
  const { dueWork, nextDueInMs } = await drainOnce()
  expect(dueWork).toBe(false)
  expect(nextDueInMs, "ms until the job is due").toBeGreaterThan(60_000)
  expect(await sluice.getBatch(id)).toMatchObject({ state: "open", callbackError: null })
})

test("retries of a batch and of the one that it is in at once don't deadlock", async () => {
  const outer = await sluice.enqueueBatch([fails])
  const inner = await sluice.enqueueBatch([fails], { parent: outer.id })
  await drainOnce()
  /** As retry_finished calls it. */
  const reopen = (ids: string[]) =>
    database.rows(
      `select sluice.reopen_batches(array(
         select json_populate_record(null::sluice.batch_end, e) from json_array_elements($1) e))`,
      [JSON.stringify(ids.map((id) => ({ batch_id: id, outcome: "discarded" })))],
    )
  const areWaiting = (count: number) =>
    eventually(async () =>
      expect(
        await database.rows(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        ),
      ).toHaveLength(count),
    )
  const retries: Promise<unknown>[] = []
  await besideOpenTransaction(async (client) => {
    await client.query("select from sluice.batches where id = $1 for no key update", [outer.id])
    retries.push(reopen([outer.id, inner.id]))
    await areWaiting(1)
    retries.push(reopen([inner.id]))
    await areWaiting(2)
  })
  expect(await Promise.allSettled(retries)).toMatchObject([{ status: "fulfilled" }, { status: "fulfilled" }])
  // they have counted more than was there
  await database.pool.query("truncate sluice.jobs, sluice.batches, sluice.batch_counts")
})

test("an empty batch in an open batch ends as one of its jobs", async () => {
  const outer = await sluice.enqueueBatch([ok])
  const inner = await sluice.enqueueBatch([], { parent: outer.id })
  expect(await sluice.getBatch(inner.id)).toMatchObject({ state: "succeeded" })
  await drainOnce()
  expect(await sluice.getBatch(outer.id)).toMatchObject({ state: "succeeded", total: 2 })
})

test("a callback that could not be stored isn't forgotten when the clock is set back", async () => {
  await sluice.limitQueue("narrow", { waiting: 1 })
  const blocker = await sluice.enqueue("ok", {}, { queue: "narrow", delay: "1h" })
  await sluice.enqueueBatch([ok], { onFinish: { name: "finish", options: { queue: "narrow" } } })
  await drainOnce()
  await sluice.cancelJob(blocker.id)
  await database.pool.query("update sluice.batches set retry_at = now() + interval '1 hour'")
  await drainOnce()
  expect(events()).toEqual(["finish"])
})
