import { createSluice } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import type { Session } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { openTwoSessions } from "./two-sessions.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const onFinish = { name: "callback" }
const fold = "select sluice.fold_batches()"

afterEach(async () => {
  expect(
    await database.rows("select * from sluice.batches_adrift(array(select id from sluice.batches))"),
  ).toEqual([])
})

/** The callbacks that are enqueued. */
const callbacksOf = async (id: string): Promise<number> =>
  (await database.rows("select count(*)::int from sluice.jobs where callback_of = $1", [id]))[0].count

async function close({ connection, drainerId, backendPid }: Session): Promise<boolean> {
  const values = [drainerId, backendPid]
  const { rows } = await connection.query(
    "select due from sluice.close_drainer($1, $2, '{other}', '{}')",
    values,
  )
  return rows[0].due
}

test("of two drainers that settle the last two jobs of a batch at once, the one that commits last finishes it", async () => {
  const { first, second } = await openTwoSessions(database)
  const { id, jobs } = await sluice.enqueueBatch([{ name: "one" }, { name: "two" }], { onFinish })
  const [one] = await first.claim("one")
  const [two] = await second.claim("two")

  await first.connection.query("begin")
  await first.settle({ ...(one as { id: string; fence: number }), outcome: "succeeded" })
  await second.settle({ ...(two as { id: string; fence: number }), outcome: "succeeded" })
  await second.connection.query(fold)
  expect(await callbacksOf(id), "while one is not committed").toBe(0)
  await first.connection.query("commit")
  await Promise.all([first.claim("other"), second.claim("other")])
  expect(await callbacksOf(id)).toBe(1)
  expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded", succeeded: jobs.length })
})

test("a drainer that leaves while another adds up the batch without its last job has work left", async () => {
  const { first, second } = await openTwoSessions(database)
  const { id } = await sluice.enqueueBatch([{ name: "one" }, { name: "two" }], { onFinish })
  const [one] = await first.claim("one")
  const [two] = await second.claim("two")
  await first.settle({ ...(one as { id: string; fence: number }), outcome: "succeeded" })

  await first.connection.query("begin")
  await first.connection.query(fold)
  await second.settle({ ...(two as { id: string; fence: number }), outcome: "succeeded" })
  expect(await close(second), "due").toBe(true)
  await first.connection.query("commit")
  expect(await callbacksOf(id)).toBe(0)
  await database.pool.query(fold)
  expect(await callbacksOf(id)).toBe(1)
})

test("of two that try callbacks again at once, one enqueues them", async () => {
  const { first, second } = await openTwoSessions(database)
  await sluice.limitQueue("full", { waiting: 1 })
  await sluice.enqueue("any", {}, { queue: "full" })
  const { id } = await sluice.enqueueBatch([], { onFinish: { ...onFinish, options: { queue: "full" } } })
  expect(await callbacksOf(id)).toBe(0)
  await sluice.limitQueue("full", {})
  await database.pool.query("update sluice.batches set retry_at = now() where id = $1", [id])

  await first.connection.query("begin")
  await first.connection.query(fold)
  let isFolded = false
  const folding = second.connection.query(fold).then(() => (isFolded = true))
  await eventually(async () => expect(isFolded || (await isWaiting(second.backendPid))).toBe(true))
  await first.connection.query("commit")
  await folding
  expect(await callbacksOf(id)).toBe(1)
})

/** Whether a session waits for a lock. */
async function isWaiting(pid: number): Promise<boolean> {
  const statement = "select wait_event_type = 'Lock' as waits from pg_stat_activity where pid = $1"
  return (await database.rows(statement, [pid]))[0].waits
}

test("what was settled before a batch is locked is seen by who adds it up", async () => {
  const { first, second } = await openTwoSessions(database)
  const { id } = await sluice.enqueueBatch([{ name: "one" }, { name: "two" }], { onFinish })
  const [one] = await first.claim("one")
  const [two] = await second.claim("two")
  await first.settle({ ...(one as { id: string; fence: number }), outcome: "succeeded" })
  await first.connection.query(fold)
  await second.settle({ ...(two as { id: string; fence: number }), outcome: "succeeded" })
  await second.end()
  await database.pool.query(fold)
  expect(await callbacksOf(id), "though its drainer has died").toBe(1)
})

test("a batch isn't finished while somebody adds to it, and nothing is added to one that is being finished", async () => {
  const { first } = await openTwoSessions(database)
  const { id } = await sluice.enqueueBatch([{ name: "one" }], { onFinish })
  const [one] = await first.claim("one")
  await first.settle({ ...(one as { id: string; fence: number }), outcome: "succeeded" })

  const adder = await database.pool.connect()
  await adder.query("begin")
  await sluice.addToBatch(id, [{ name: "three" }], { transaction: adder })
  await first.connection.query(fold)
  await adder.query("commit")
  expect(await sluice.getBatch(id)).toMatchObject({ state: "open", total: 2, pending: 1 })
  const [three] = await first.claim("three")
  await first.settle({ ...(three as { id: string; fence: number }), outcome: "succeeded" })

  await first.connection.query("begin")
  await first.connection.query(fold)
  const adding = sluice.addToBatch(id, [{ name: "four" }]).catch((error) => error)
  await first.connection.query("commit")
  adder.release()
  expect(await adding).toMatchObject({ code: "batch_finished" })
  expect(await callbacksOf(id)).toBe(1)
})

test("a batch isn't finished while a job of it is being retried", async () => {
  const { first } = await openTwoSessions(database)
  const { id } = await sluice.enqueueBatch([{ name: "one" }, { name: "two" }], { onFinish })
  const [one] = await first.claim("one")
  await first.settle({ ...(one as { id: string; fence: number }), outcome: "discarded" })
  const [two] = await first.claim("two")
  await first.connection.query("select pg_advisory_unlock(sluice.job_lock($1))", [one?.id])

  const retrier = await database.pool.connect()
  await retrier.query("begin")
  await retrier.query("select * from sluice.retry_jobs($1)", [[one?.id]])
  await first.settle({ ...(two as { id: string; fence: number }), outcome: "succeeded" })
  await first.connection.query(fold)
  await retrier.query("commit")
  retrier.release()
  await database.pool.query(fold)
  expect(await sluice.getBatch(id)).toMatchObject({ state: "open", pending: 1, succeeded: 1 })
  expect(await callbacksOf(id)).toBe(0)
})
