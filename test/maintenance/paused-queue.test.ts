import { defineJob } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const performed: string[] = []
let during: () => Promise<unknown> = async () => {}
const mail = defineJob({
  name: "mail",
  queue: "mail",
  perform: (_payload, { id }) => void performed.push(id),
})
const other = defineJob({ name: "other", perform: (_payload, { id }) => void performed.push(id) })
const long = defineJob({
  name: "long",
  queue: "mail",
  backoff: { base: "1h" },
  async perform({ fails }: { fails: boolean }) {
    await during()
    if (fails) throw new Error("failed")
  },
})
const { sluice, drainOnce } = drainable(database, [mail, other, long])

afterEach(async () => {
  await sluice.resumeQueue("mail")
  await database.pool.query("delete from sluice.jobs")
  performed.length = 0
})

test("jobs of a paused queue are set aside, and those of others are not; resumed they are performed", async () => {
  const [first, second] = [await sluice.enqueue(mail, {}), await sluice.enqueue(mail, {})]
  const elsewhere = await sluice.enqueue(other, {})
  await sluice.pauseQueue("mail")
  expect(await stateOf(first.id)).toBe("blocked")

  expect(await drainOnce()).toMatchObject({ claimed: 1, succeeded: 1, dueWork: false })
  expect(performed).toEqual([elsewhere.id])

  await sluice.resumeQueue("mail")
  expect(await stateOf(first.id)).toBe("ready")
  expect(await drainOnce()).toMatchObject({ claimed: 2 })
  expect(performed).toEqual([elsewhere.id, first.id, second.id])
})

test("a job that is enqueued while its queue is paused waits for it, also one with a key", async () => {
  await sluice.pauseQueue("mail")
  const { id } = await sluice.enqueue(mail, {})
  const keyed = await sluice.enqueue(mail, {}, { uniqueKey: "k", idempotencyKey: "k" })
  const [{ id: fromSql }] = await database.rows(
    `select sluice.enqueue('mail', '{}', '{"queue": "mail"}')::text as id`,
  )
  expect(await drainOnce()).toMatchObject({ claimed: 0, dueWork: false })

  await sluice.resumeQueue("mail")
  await drainOnce()
  expect(performed).toEqual([id, keyed.id, fromSql])
})

test("enqueue returns the same state as getJob for such a job", async () => {
  await sluice.pauseQueue("mail")
  for (const options of [{}, { uniqueKey: "told" }]) {
    const { id, state } = await sluice.enqueue(mail, {}, options)
    expect(state).toBe("blocked")
    expect(await stateOf(id)).toBe("blocked")
  }
})

test("a scheduled job that comes due while its queue is paused waits for it", async () => {
  const { id } = await sluice.enqueue(mail, {}, { delay: "1h" })
  await sluice.pauseQueue("mail")
  expect(await stateOf(id)).toBe("scheduled")
  await database.pool.query("update sluice.jobs set run_at = now()")
  expect(await drainOnce()).toMatchObject({ claimed: 0, dueWork: false })
  expect(await stateOf(id)).toBe("blocked")

  await sluice.resumeQueue("mail")
  await drainOnce()
  expect(performed).toEqual([id])
})

test("a job of a transaction that had not seen the pause is set aside when it is claimed", async () => {
  const writer = await database.connect()
  await writer.query("begin isolation level read committed")
  const { id } = await sluice.enqueue(mail, {}, { transaction: writer })
  await sluice.pauseQueue("mail")
  await writer.query("commit")
  await writer.end()
  expect(await storedStateOf(id)).toBe("ready")
  expect(await stateOf(id)).toBe("blocked")

  expect(await drainOnce()).toMatchObject({ claimed: 0, dueWork: false })
  expect(performed).toEqual([])
  expect(await storedStateOf(id)).toBe("paused")
})

test("a job that is running when its queue is paused finishes", async () => {
  const { id } = await sluice.enqueue(long, { fails: false })
  during = async () => {
    await sluice.pauseQueue("mail")
    expect(await stateOf(id)).toBe("running")
  }
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await stateOf(id)).toBe("succeeded")
})

test("when it fails its retry waits for the queue", async () => {
  const { id } = await sluice.enqueue(long, { fails: true })
  during = () => sluice.pauseQueue("mail")
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  await database.pool.query("update sluice.jobs set run_at = now()")
  expect(await drainOnce()).toMatchObject({ claimed: 0 })
  expect(await stateOf(id)).toBe("blocked")

  await sluice.resumeQueue("mail")
  expect(await drainOnce()).toMatchObject({ claimed: 1 })
})

test("a pause and a resume while a job runs have it performed once", async () => {
  await sluice.enqueue(long, { fails: false })
  during = async () => {
    await sluice.pauseQueue("mail")
    await sluice.resumeQueue("mail")
  }
  expect(await drainOnce()).toMatchObject({ claimed: 1, succeeded: 1, lost: 0 })
})

test("a job that is held doesn't block the jobs of its concurrency key in other queues", async () => {
  const options = { concurrencyKey: "k" }
  await sluice.enqueueMany([
    { name: "mail", options },
    { name: "other", options },
    { name: "other", options },
  ])
  await sluice.pauseQueue("mail")
  expect(await drainOnce()).toMatchObject({ succeeded: 2, dueWork: false })
})

test("pausing twice and resuming what runs are no errors, and odd names are refused", async () => {
  await sluice.pauseQueue("mail")
  await sluice.pauseQueue("mail")
  await sluice.resumeQueue("mail")
  await sluice.resumeQueue("never-paused")
  for (const name of ["", "a b", 5 as never]) {
    await expect(sluice.pauseQueue(name)).rejects.toMatchObject({ code: "invalid_name", path: ["queue"] })
    await expect(sluice.resumeQueue(name)).rejects.toMatchObject({ code: "invalid_name", path: ["queue"] })
  }
})

async function stateOf(id: string) {
  return (await sluice.getJob(id))?.state
}

async function storedStateOf(id: string) {
  return (await database.rows("select state from sluice.jobs where id = $1", [id]))[0].state
}
