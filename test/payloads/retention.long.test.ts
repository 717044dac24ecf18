import { createSluice, defineJob } from "@sluice/core"
import pg from "pg"
import { afterEach, expect, onTestFinished, test } from "vitest"
import { daysAfter, maintain, today } from "../maintenance/partitions.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const first = await today(database)
const performed: unknown[] = []
const keep = defineJob({
  name: "keep",
  perform(payload: { text: string }) {
    performed.push(payload)
  },
})
const oneAtATime = defineJob({
  name: "one-at-a-time",
  concurrency: { key: (payload: { text: string }) => payload.text.slice(0, 3), limit: 1 },
  async perform() {},
})
const { sluice, drainOnce } = drainable(database, [keep, oneAtATime])
const large = { text: "x".repeat(5_000) }

afterEach(async () => {
  performed.length = 0
  await database.pool.query("truncate sluice.jobs, sluice.finished, sluice.payloads")
  await maintain(database)
})

test("a day of payloads is dropped with the history that needs it, and not before", async () => {
  const { id } = await keep.enqueue(large)
  await drainOnce()
  await maintain(database, daysAfter(first, 14))
  expect(await sluice.getJob(id)).toMatchObject({ payload: large })
  expect(await partitions()).toContain(partition(first))

  await maintain(database, daysAfter(first, 15))
  expect(await sluice.getJob(id)).toBeUndefined()
  expect(await partitions()).not.toContain(partition(first))
  expect(await database.rows("select from sluice.payloads")).toEqual([])
})

test("a job that is still waiting takes its payload along, and so keeps no day of others", async () => {
  const { id } = await keep.enqueue(large, { delay: "400d" })
  const done = await keep.enqueue(large)
  await drainOnce()
  await maintain(database, daysAfter(first, 20))
  expect(await partitions()).not.toContain(partition(first))
  expect(await sluice.getJob(done.id)).toBeUndefined()
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", payload: large })
  expect(await daysOf("jobs")).toEqual([dayText(daysAfter(first, 20))])

  await maintain(database, daysAfter(first, 40))
  await database.pool.query("update sluice.jobs set run_at = now()")
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(performed).toEqual([large, large])
  expect(await sluice.getJob(id), "its history points to that day").toMatchObject({ payload: large })
})

test("a job that finished late has its payload for as long as its history is kept", async () => {
  const { id } = await keep.enqueue(large)
  await drainOnce()
  await maintain(database, daysAfter(first, 9))
  await database.pool.query("update sluice.finished set finished_at = $1", [daysAfter(first, 10)])

  await maintain(database, daysAfter(first, 24))
  expect(await sluice.getJob(id)).toMatchObject({ payload: large })
  await maintain(database, daysAfter(first, 25))
  expect(await sluice.getJob(id)).toBeUndefined()
  expect(await partitions()).not.toContain(partition(first))
})

test("a day that is needed keeps up none of the others", async () => {
  const { id } = await keep.enqueue(large)
  await drainOnce()
  await database.pool.query("update sluice.finished set finished_at = $1", [daysAfter(first, 10)])
  await maintain(database, daysAfter(first, 20))
  expect(await partitions()).toContain(partition(first))
  expect(await partitions()).not.toContain(partition(daysAfter(first, 1)))
  expect(await sluice.getJob(id)).toMatchObject({ payload: large })
})

test("a job whose row somebody holds keeps its day but no other, and maintenance ends", async () => {
  const { id } = await keep.enqueue(large, { delay: "400d" })
  const holder = await connect()
  await holder.query("begin; select from sluice.jobs for update")
  await maintain(database, daysAfter(first, 20))
  expect(await partitions()).toContain(partition(first))
  expect(await partitions()).not.toContain(partition(daysAfter(first, 1)))
  await holder.query("rollback")
  await maintain(database, daysAfter(first, 20))
  expect(await partitions()).not.toContain(partition(first))
  expect(await sluice.getJob(id)).toMatchObject({ payload: large })
})

test("a day is not dropped while a job with one of its payloads is being committed", async () => {
  const storer = await connect()
  await storer.query("begin")
  const { id } = await keep.enqueue(large, { transaction: storer })
  const expiring = database.rows("select sluice.expire_payloads($1, $2)", [
    daysAfter(first, 20),
    daysAfter(first, 34),
  ])
  await eventually(async () => {
    const waiting = await database.rows(
      "select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())",
    )
    expect(waiting).toHaveLength(1)
  })
  await storer.query("commit")
  await expiring
  expect(await sluice.getJob(id)).toMatchObject({ payload: large })
})

test("a job whose payload is carried along while a claim reads it gets it", async () => {
  await keep.enqueue(large)
  const carrier = await connect()
  await carrier.query("begin; lock table sluice.payloads")
  const draining = drainOnce()
  await eventually(async () => {
    const waiting = await database.rows(
      "select from pg_locks where not granted and relation = 'sluice.payloads'::regclass",
    )
    expect(waiting).toHaveLength(1)
  })
  const expire = "select sluice.expire_payloads($1, $2) as more"
  const days = [daysAfter(first, 20), daysAfter(first, 34)]
  expect((await carrier.query(expire, days)).rows, "carries").toEqual([{ more: true }])
  expect((await carrier.query(expire, days)).rows, "drops").toEqual([{ more: true }])
  await carrier.query("commit")
  expect(await draining).toMatchObject({ succeeded: 1 })
  expect(performed).toEqual([large])
})

test("a job whose payload is carried along while a drainer computes its key gets the key of this payload", async () => {
  const { id } = await createSluice({ database: database.pool }).enqueue("one-at-a-time", large)
  const carrier = await connect()
  await carrier.query("begin; lock table sluice.payloads")
  const draining = drainOnce()
  await eventually(async () => {
    const waiting = await database.rows(
      "select from pg_locks where not granted and relation = 'sluice.payloads'::regclass",
    )
    expect(waiting).toHaveLength(1)
  })
  const expire = "select sluice.expire_payloads($1, $2)"
  const days = [daysAfter(first, 20), daysAfter(first, 34)]
  await carrier.query(expire, days)
  await carrier.query(expire, days)
  await carrier.query("commit")
  await draining
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({
    state: "succeeded",
    concurrencyKey: large.text.slice(0, 3),
  })
})

test("a transaction that can't see what is committed meanwhile drops no day", async () => {
  await keep.enqueue(large)
  await drainOnce()
  await database.pool.query("truncate sluice.finished")
  const expire = "select sluice.expire_payloads($1, $2) as more"
  const days = [daysAfter(first, 20), daysAfter(first, 34)]
  const reader = new pg.Client({ connectionString: database.url })
  await reader.connect()
  await reader.query("begin isolation level repeatable read")
  expect((await reader.query(expire, days)).rows).toEqual([{ more: false }])
  await reader.query("commit")
  await reader.end()
  expect(await partitions()).toContain(partition(first))

  expect(await database.rows(expire, days)).toEqual([{ more: true }])
  expect(await partitions()).not.toContain(partition(first))
})

test("payloads of a day that was not prepared are deleted in sets from the default partition", async () => {
  await database.pool.query(`drop table sluice.${partition(first)}`)
  await sluice.enqueueMany(Array.from({ length: 700 }, () => ({ name: "keep", payload: large })))
  const [kept] = await sluice.enqueueMany([{ name: "keep", payload: large, options: { delay: "400d" } }])
  await drainOnce({ concurrency: 500 })
  await maintain(database, daysAfter(first, 20))
  expect(await database.rows("select job_id from sluice.payloads")).toEqual([{ job_id: kept?.id }])
})

test("who reads payloads for long is waited for a moment only, and the day is dropped later", async () => {
  await keep.enqueue(large)
  await drainOnce()
  const reader = await connect()
  await reader.query("begin; select payload from sluice.payloads")
  await database.rows("select sluice.run_maintenance('expire finished', '14 days', $1)", [
    daysAfter(first, 20),
  ])
  const expiring = await connect()
  await expiring.query("set statement_timeout = '10s'")
  const expire = "select error from sluice.run_maintenance('expire payloads', '14 days', $1)"
  expect((await expiring.query(expire, [daysAfter(first, 20)])).rows).toEqual([
    { error: expect.stringContaining("(55P03)") },
  ])
  await reader.query("rollback")
  await maintain(database, daysAfter(first, 20))
  expect(await partitions()).not.toContain(partition(first))
})

/** A session that ends with the test, whatever comes of that: the next one would wait for its locks. */
async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

async function partitions(): Promise<string[]> {
  const rows = await database.rows(
    "select relname from pg_inherits join pg_class c on c.oid = inhrelid where inhparent = 'sluice.payloads'::regclass",
  )
  return rows.map(({ relname }) => relname)
}

function partition(day: Date): string {
  return `payloads_${dayText(day).replaceAll("-", "")}`
}

function dayText(day: Date): string {
  return day.toISOString().slice(0, 10)
}

async function daysOf(table: string): Promise<string[]> {
  return (await database.rows(`select payload_day::text as day from sluice.${table}`)).map(({ day }) => day)
}
