import { Discard, defineJob } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const performed: unknown[] = []
const keep = defineJob({
  name: "keep",
  perform(payload: { text: string }) {
    performed.push(payload)
  },
})
const commit = defineJob({
  name: "commit",
  transactional: true,
  perform: ({ text }: { text: string }) => text.length,
})
const refuse = defineJob({
  name: "refuse",
  perform({ text }: { text: string }) {
    throw new Discard(`${text.length} are too many`)
  },
})
const keyed = defineJob({
  name: "keyed",
  concurrency: { key: ({ text }: { text: string }) => text.slice(0, 1), limit: 1 },
  perform(payload) {
    performed.push(payload)
  },
})
const { sluice, drainOnce } = drainable(database, [keep, commit, refuse, keyed])
const large = { text: "x".repeat(5_000) }

afterEach(async () => {
  performed.length = 0
  await database.pool.query("truncate sluice.jobs, sluice.finished, sluice.payloads")
})

test("a large payload is stored once: the job and its history point to it", async () => {
  const { id } = await keep.enqueue(large)
  const place = "payload is null as aside, payload_day::text as day"
  const [waiting] = await database.rows(`select ${place} from sluice.jobs`)
  expect(waiting).toEqual({ aside: true, day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) })

  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(performed).toEqual([large])
  expect(await database.rows(`select ${place} from sluice.finished`)).toEqual([waiting])
  expect(await database.rows("select job_id, payload from sluice.payloads")).toEqual([
    { job_id: id, payload: large },
  ])
})

test("a claim tells a large job's size, due time and batch, and beside these only what else it has", async () => {
  const { id } = await sluice.enqueueBatch([{ name: "keep", payload: large }])
  const read = async () =>
    (await database.rows("select sluice.non_default_fields(j) as f from sluice.jobs j"))[0]?.f
  const usual = { runAt: expect.any(String), bytes: JSON.stringify(large).length + 1, batchId: id }
  expect(await read()).toEqual(usual)

  await database.rows("update sluice.jobs set run_at = '2000-01-01Z'")
  expect(Date.parse((await read()).runAt)).toBe(Date.UTC(2000, 0))
  await database.rows("update sluice.jobs set attempts = 2, tags = '{a}'")
  expect(await read()).toMatchObject({ ...usual, attempts: 2, tags: ["a"] })
  await database.rows("update sluice.jobs set attempts = 0, tags = null, large_bytes = 200000000")
  expect(await read()).toMatchObject({ unread: "it has 200000000 bytes" })
})

test("a usual payload is in the job's row, and moves with it", async () => {
  await keep.enqueue({ text: "short" })
  await drainOnce()
  expect(await database.rows("select payload, payload_day from sluice.finished")).toEqual([
    { payload: { text: "short" }, payload_day: null },
  ])
  expect(await countPayloads()).toBe(0)
})

test.each([
  [1_000, "in the row"],
  [1_001, "aside"],
])("a payload of %i bytes, as jsonb has them, is %s in whatever way it comes", async (bytes, place) => {
  const payload = { text: "x".repeat(bytes - 20) }
  await keep.enqueue(payload)
  await keep.enqueue(payload, { uniqueKey: "sized" })
  await sluice.enqueueMany([{ name: "keep", payload }])
  await database.rows("select sluice.enqueue('keep', $1)", [JSON.stringify(payload)])
  expect(
    await database.rows(
      `select distinct pg_column_size(coalesce(j.payload, p.payload)) as bytes,
         case when j.payload is null then 'aside' else 'in the row' end as place
       from sluice.jobs j left join sluice.payloads p on p.day = j.payload_day and p.job_id = j.id`,
    ),
  ).toEqual([{ bytes, place }])
})

test("getJob and the views show it as before, waiting and finished", async () => {
  const { id } = await keep.enqueue(large)
  expect(await sluice.getJob(id)).toMatchObject({ payload: large, payloadKey: null, resultKey: null })
  expect(await database.rows("select payload from sluice.unfinished_jobs")).toEqual([{ payload: large }])
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", payload: large })
  expect(await database.rows("select payload from sluice.job_history")).toEqual([{ payload: large }])
})

test("a job among others gets its own payload, in their order", async () => {
  const payloads = Array.from({ length: 40 }, (_, n) =>
    n % 3 === 0 ? { text: `${n}` } : { text: `${n}${large.text}` },
  )
  await sluice.enqueueMany(payloads.map((payload) => ({ name: "keep", payload })))
  await drainOnce({ concurrency: 1 })
  expect(performed).toEqual(payloads)
})

test("a claim brings payloads of several days", async () => {
  const payloads = Array.from({ length: 4 }, (_, n) => ({ text: `${n}${large.text}` }))
  const enqueued = await sluice.enqueueMany(payloads.map((payload) => ({ name: "keep", payload })))
  for (const [n, { id }] of enqueued.entries()) {
    await database.rows("update sluice.payloads set day = day - $2::int where job_id = $1", [id, n % 2])
    await database.rows("update sluice.jobs set payload_day = payload_day - $2::int where id = $1", [
      id,
      n % 2,
    ])
  }
  expect(await drainOnce({ concurrency: 1 })).toMatchObject({ succeeded: 4 })
  expect(performed).toEqual(payloads)
})

test.each([
  ["a transactional job", "commit", "succeeded"],
  ["a discarded job", "refuse", "discarded"],
])("%s keeps it", async (_what, name, state) => {
  const { id } = await sluice.enqueue(name, large)
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state, payload: large })
})

test("the concurrency key of a job that was enqueued by name alone is computed from it", async () => {
  await database.rows("select sluice.enqueue('keyed', $1)", [JSON.stringify(large)])
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(performed).toEqual([large])
  expect(await database.rows("select concurrency_key from sluice.finished")).toEqual([
    { concurrency_key: "x" },
  ])
})

test("an enqueue that is rolled back leaves none", async () => {
  const client = await database.pool.connect()
  await client.query("begin")
  await sluice.enqueue("keep", large, { transaction: client })
  await client.query("rollback")
  client.release()
  expect(await countPayloads()).toBe(0)
})

test.each([{ uniqueKey: "once" }, { idempotencyKey: "once" }])(
  "an enqueue that finds its job there stores none, by %j",
  async (options) => {
    const first = await keep.enqueue(large, options)
    const again = await keep.enqueue({ text: `${large.text} again` }, options)
    expect(again).toMatchObject({ id: first.id, status: "deduplicated" })
    const both = { name: "keep", payload: large, options: { uniqueKey: "both" } }
    await sluice.enqueueMany([both, both])
    expect(await countPayloads()).toBe(2)
    expect(await sluice.getJob(first.id)).toMatchObject({ payload: large })
  },
)

async function countPayloads(): Promise<number> {
  return Number((await database.rows("select count(*) from sluice.payloads"))[0].count)
}
