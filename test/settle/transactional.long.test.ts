import { defineJob, type EnqueueOptions, type JobContext } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
await database.pool.query("create table effects (job_id bigint, note text)")
afterEach(() => database.pool.query("truncate effects; delete from sluice.jobs"))

type Step = (context: JobContext) => Promise<unknown> | unknown
let step: Step = () => {}
const book = defineJob({
  name: "book",
  transactional: true,
  maxAttempts: 2,
  backoff: { base: "1h" },
  async perform(_payload, context) {
    await context.transaction.query("insert into effects values ($1, 'first')", [context.id])
    return step(context)
  },
})
const plain = defineJob({ name: "plain", perform: (_payload, context) => context.transaction })
const { sluice, drainOnce } = drainable(database, [book, plain])

test("a transactional job's effects and its completion are committed together", async () => {
  const { id } = await sluice.enqueue(book, {}, { tags: ["x"] })
  step = async ({ transaction }) => {
    const own = await transaction.query("select pg_current_xact_id()::xid::text as xid")
    expect(await database.rows("select * from effects")).toEqual([])
    return own.rows[0].xid
  }
  expect(await drainOnce()).toMatchObject({ claimed: 1, succeeded: 1 })

  const written = "select t.xmin::text as xid from"
  const [effect] = await database.rows(`${written} effects t`)
  const [finished] = await database.rows(`${written} sluice.finished t where id = $1`, [id])
  expect(effect.xid).toBe(finished.xid)
  expect(await sluice.getJob(id)).toMatchObject({
    state: "succeeded",
    attempts: 1,
    result: effect.xid,
    tags: ["x"],
  })
})

test.each<[string, Step, EnqueueOptions?]>([
  ["throws", () => Promise.reject(new Error("no"))],
  ["leaves a failed statement behind", ({ transaction }) => transaction.query("select 1/0").catch(() => {})],
  ["runs into its timeout", ({ transaction }) => transaction.query("select pg_sleep(60)"), { timeout: "1s" }],
  [
    "loses its connection",
    ({ transaction }) => transaction.query("select pg_terminate_backend(pg_backend_pid())"),
  ],
])("a transactional job that %s leaves no effects, and is retried", async (_what, ends, options) => {
  const { id } = await sluice.enqueue(book, {}, options)
  step = ends
  expect(await drainOnce()).toMatchObject({ retried: 1, succeeded: 0, lost: 0 })
  expect(await database.rows("select * from effects")).toEqual([])
  expect(await sluice.getJob(id)).toMatchObject({
    state: "scheduled",
    attempts: 1,
    errors: [{ outcome: "retried" }],
  })

  step = () => {}
  await database.pool.query("update sluice.jobs set run_at = now(), timeout_ms = null")
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await database.rows("select job_id::text from effects")).toEqual([{ job_id: id }])
})

test("a job that is another's by the time it is done is rolled back, and done again under its new fence", async () => {
  const { id } = await sluice.enqueue(book, {})
  const attempts: number[] = []
  step = async ({ attempt }) => {
    attempts.push(attempt)
    if (attempts.length === 1) await database.pool.query("update sluice.jobs set fence = fence + 1")
    else expect(await database.rows("select * from effects")).toEqual([])
  }
  expect(await drainOnce()).toMatchObject({ claimed: 2, succeeded: 1, lost: 1, retried: 0, discarded: 0 })
  expect(attempts).toEqual([1, 1])
  expect(await database.rows("select job_id::text from effects")).toEqual([{ job_id: id }])
  expect(await database.rows("select id from sluice.finished where id = $1", [id])).toHaveLength(1)
})

test("jobs enqueued in a transactional job's transaction go the way of its effects", async () => {
  await sluice.enqueue(book, {})
  step = async ({ transaction }) => {
    await sluice.enqueue("plain", {}, { transaction })
    throw new Error("no")
  }
  await drainOnce()
  expect(await database.rows("select name from sluice.jobs")).toEqual([{ name: "book" }])

  step = ({ transaction }) => sluice.enqueue("plain", {}, { transaction, delay: "1h" })
  await database.pool.query("update sluice.jobs set run_at = now()")
  await drainOnce()
  expect(await database.rows("select name from sluice.jobs")).toEqual([{ name: "plain" }])
})

test("a job that is not transactional has no transaction, and is told how to get one", async () => {
  const { id } = await sluice.enqueue(plain, {}, { maxAttempts: 1 })
  expect(await drainOnce()).toMatchObject({ discarded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({
    errors: [{ message: expect.stringContaining("transactional: true") }],
  })
})
