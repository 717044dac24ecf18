import { setTimeout as wait } from "node:timers/promises"
import { createSluice, defineJob, SCHEMA_VERSION } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { drainable } from "../support/drain.ts"
import { countWakes } from "./wakes.ts"

const { database, sluice, counter } = await countWakes()

beforeEach(async () => {
  counter.wakes = 0
  await database.pool.query("delete from sluice.jobs")
  await database.pool.query("update sluice.wake_requests set requested_at = '-infinity'")
})

test("a job that is due wakes a drainer when none is awake; one that is due later does not", async () => {
  await sluice.enqueue("noop", {}, { delay: "1h" })
  expect(counter.wakes).toBe(0)
  await sluice.enqueue("noop", {})
  expect(counter.wakes).toBe(1)
})

test("of a thousand enqueues before the drainer starts, one wakes it", async () => {
  await Promise.all(Array.from({ length: 1_000 }, () => sluice.enqueue("noop", {})))
  expect(counter.wakes).toBe(1)
})

test("a drainer that doesn't start is requested again after 2 seconds", async () => {
  await sluice.enqueue("noop", {})
  await database.pool.query(
    "update sluice.wake_requests set requested_at = requested_at - interval '2 seconds'",
  )
  await sluice.enqueue("noop", {})
  expect(counter.wakes).toBe(2)
})

test("while a drainer is awake no other one is woken; after its last look for work, the next enqueue wakes one", async () => {
  const session = await database.connect()
  const { id, backend_pid } = (
    await session.query("select * from sluice.open_drainer($1, 1, 'test')", [SCHEMA_VERSION])
  ).rows[0]
  await sluice.enqueue("noop", {})
  expect(counter.wakes).toBe(0)

  // in one transaction, to stand still between the last look and its commit: there the row says that the drainer lives
  await session.query("begin")
  await session.query("select * from sluice.close_drainer($1, $2, '{noop}', '{}')", [id, backend_pid])
  await sluice.enqueue("noop", {})
  expect(counter.wakes).toBe(1)
  await session.query("commit")
  await session.end()
})

test("a drainer that has died does not count as awake", async () => {
  const session = await database.connect()
  await session.query("select * from sluice.open_drainer($1, 1, 'test')", [SCHEMA_VERSION])
  await session.end()
  await sluice.enqueue("noop", {})
  expect(counter.wakes).toBe(1)
})

test("a drainer that has started and ended meanwhile is not waited for", async () => {
  const { drainOnce } = drainable(database, [defineJob({ name: "noop", perform() {} })])
  await sluice.enqueue("noop", {})
  await drainOnce()
  await sluice.enqueue("noop", {})
  expect(counter.wakes).toBe(2)
})

test("an enqueue in a transaction wakes no drainer; `wake` does after the commit", async () => {
  const client = await database.pool.connect()
  await client.query("begin")
  await sluice.enqueue("noop", {}, { transaction: client })
  await client.query("commit")
  client.release()
  expect(counter.wakes).toBe(0)
  await sluice.wake()
  expect(counter.wakes).toBe(1)
})

test("in idle mode a delayed job wakes a drainer when it may be due before the wake-up that is set, and only then", async () => {
  await database.pool.query("insert into sluice.wake_ups values ('noop', now() + interval '1 hour')")
  await sluice.enqueue("noop", {}, { delay: "2h" })
  expect(counter.wakes).toBe(0)
  await sluice.enqueue("noop", {}, { delay: "10m" })
  expect(counter.wakes).toBe(1)
  await database.pool.query("delete from sluice.wake_ups")
})

test("a queue that is resumed wakes a drainer", async () => {
  await sluice.pauseQueue("mail")
  await sluice.enqueue("noop", {}, { queue: "mail" })
  expect(counter.wakes).toBe(0)
  await sluice.resumeQueue("mail")
  expect(counter.wakes).toBe(1)
})

test("an enqueue succeeds even if its wake fails", async () => {
  const failing = createSluice({
    database: database.pool,
    async wake() {
      await wait(1)
      throw new Error("throttled")
    },
  })
  expect(await failing.enqueue("noop", {})).toMatchObject({ status: "enqueued" })
})

test("a wake request that stays in an open transaction blocks no other", async () => {
  const other = await database.connect()
  await other.query("begin")
  await other.query("select sluice.request_wake(p_names => '{held, noop}')")

  const beganAtMs = performance.now()
  await sluice.enqueue("held", {})
  expect(counter.wakes).toBe(0) // as for any row of a name that somebody has locked
  await sluice.enqueueMany([{ name: "held" }, { name: "not-held" }])
  expect(counter.wakes).toBe(1)
  expect(performance.now() - beganAtMs).toBeLessThan(5_000)
  await other.query("rollback")
  await other.end()
})
