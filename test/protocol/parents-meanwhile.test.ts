import { createSluice } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import type { Session } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { openTwoSessions } from "./two-sessions.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const stateOf = async (id: string) => (await sluice.getJob(id))?.state

afterEach(async () => {
  expect(await database.rows("select * from sluice.dependents_adrift()")).toEqual([])
})

/** Claims the job of this name, and returns what is needed to settle it. */
async function claimed(session: Session, name: string) {
  const [job] = await session.claim(name)
  return { ...(job as { id: string; fence: number }), outcome: "succeeded" }
}

test("of two drainers that end the last two parents of a job at once, one makes it ready", async () => {
  const { first, second } = await openTwoSessions(database)
  const { jobs } = await sluice.enqueueWorkflow({
    name: "race",
    steps: [
      { step: "a", name: "one" },
      { step: "b", name: "two" },
      { step: "c", name: "three", options: { after: ["a", "b"] } },
    ],
  })
  const one = await claimed(first, "one")
  const two = await claimed(second, "two")
  await first.connection.query("begin")
  await first.settle(one)
  await second.settle(two)
  expect(await stateOf(jobs.c as string)).toBe("waiting")
  await first.connection.query("commit")
  await second.claim("other")
  expect(await stateOf(jobs.c as string)).toBe("ready")
})

test("a drainer that leaves while somebody holds a waiting job has work left", async () => {
  const { first, second } = await openTwoSessions(database)
  const { jobs } = await sluice.enqueueWorkflow({
    name: "held",
    steps: [
      { step: "a", name: "one" },
      { step: "b", name: "two", options: { after: "a" } },
    ],
  })
  const one = await claimed(second, "one")
  const holder = await database.pool.connect()
  await holder.query("begin")
  await holder.query("select from sluice.jobs where id = $1 for update", [jobs.b])
  await second.settle(one)
  const close = "select due from sluice.close_drainer($1, $2, '{other}', '{}')"
  const { rows } = await second.connection.query(close, [second.drainerId, second.backendPid])
  expect(rows).toEqual([{ due: true }])
  await holder.query("rollback")
  holder.release()
  expect(await first.claim("two")).toMatchObject([{ id: jobs.b }])
})

test("a parent that ends before the transaction that stores its child is committed isn't waited for", async () => {
  const { first, second } = await openTwoSessions(database)
  const parent = await sluice.enqueue("one", {})
  const one = await claimed(first, "one")
  const storer = await database.pool.connect()
  await storer.query("begin")
  const child = await sluice.enqueue("two", {}, { after: parent.id, transaction: storer })
  await first.settle(one) // waits for nobody
  await storer.query("commit")
  storer.release()
  expect(await stateOf(child.id)).toBe("waiting")
  expect(await second.claim("two")).toMatchObject([{ id: child.id }])
})

test("a parent that is ending while a drainer comes to mark it isn't waited for", async () => {
  const { first, second } = await openTwoSessions(database)
  const parent = await sluice.enqueue("one", {})
  const one = await claimed(first, "one")
  const child = await sluice.enqueue("two", {}, { after: parent.id })
  await first.connection.query("begin")
  await first.settle(one)
  await second.claim("other")
  await first.connection.query("commit")
  expect(await stateOf(child.id)).toBe("waiting")
  expect(await second.claim("two")).toMatchObject([{ id: child.id }])
})

test("a job that is marked as a parent between a claim's candidates and its lock is claimed", async () => {
  const { first } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("one", {})
  await sluice.enqueue("two", {}, { after: id })
  await database.pool.query("select sluice.advance_dependents()")
  await first.connection.query("select pg_advisory_lock(sluice.job_lock($1))", [id])
  const secondLook = "select ids from sluice.second_look($1, array[$2::bigint], null, 'ready', 1000000)"
  expect((await first.connection.query(secondLook, [first.drainerId, id])).rows).toEqual([{ ids: [id] }])
})
