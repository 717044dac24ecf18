import { createSluice, Discard, defineJob, drain, type JobFilter } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const jobs = [
  defineJob({ name: "done", perform: () => "result" }),
  defineJob({
    name: "fails",
    perform() {
      throw new Discard("no")
    },
  }),
]
const sluice = createSluice({ database: database.pool, jobs })
const byName = createSluice({ database: database.pool })

beforeEach(async () => {
  await database.rows("delete from sluice.jobs")
  await database.rows("delete from sluice.finished")
})

/** All pages of a list. */
async function idsOf(filter: Omit<JobFilter, "ids"> = {}, limit = 2): Promise<string[]> {
  const ids: string[] = []
  let after: string | undefined
  do {
    const { jobs: page, next } = await sluice.listJobs(filter, { limit, ...(after && { after }) })
    expect(page.length).toBeLessThanOrEqual(limit)
    ids.push(...page.map(({ id }) => id))
    after = next
  } while (after !== undefined)
  return ids
}

async function storeSome() {
  const store = async (name: string, options = {}) => (await sluice.enqueue(name as "done", {}, options)).id
  const ended = [
    await store("done", { tags: ["a"] }),
    await store("fails"),
    await store("done", { queue: "mail" }),
  ]
  await drain(sluice, { connect: database.connect, concurrency: 1 })
  const waiting = [
    await store("done", { delay: "1h", tags: ["a", "b"] }),
    await store("fails"),
    await store("done"),
  ]
  return { ended: ended.toReversed(), waiting: waiting.toReversed() }
}

test("a list has the unfinished jobs and then the history, the newest first, page by page", async () => {
  const { ended, waiting } = await storeSome()
  for (const limit of [1, 2, 3, 5, 6, 100])
    expect(await idsOf({}, limit), `${limit}`).toEqual([...waiting, ...ended])
})

test("a listed job has what is known of it, but its payload, result and errors", async () => {
  await storeSome()
  const [waiting] = (await sluice.listJobs({ state: "scheduled" })).jobs
  expect(waiting).toMatchObject({
    name: "done",
    state: "scheduled",
    tags: ["a", "b"],
    attempts: 0,
    finishedAt: null,
  })
  expect(waiting?.runAt).toBeInstanceOf(Date)
  const [ended] = (await sluice.listJobs({ queue: "mail" })).jobs
  expect(ended).toMatchObject({ name: "done", state: "succeeded", queue: "mail", attempts: 1, metadata: {} })
  expect(ended?.finishedAt).toBeInstanceOf(Date)
  for (const key of ["payload", "result", "errors"]) expect(ended).not.toHaveProperty(key)
})

test.each<[Omit<JobFilter, "ids">, number[], number[]]>([
  [{ state: "scheduled" }, [2], []],
  [{ state: "ready" }, [0, 1], []],
  [{ state: "running" }, [], []],
  [{ state: "succeeded" }, [], [0, 2]],
  [{ state: "discarded" }, [], [1]],
  [{ name: "fails" }, [1], [1]],
  [{ queue: "mail" }, [], [0]],
  [{ tag: "a" }, [2], [2]],
  [{ tag: "b", name: "done" }, [2], []],
  [{ name: "fails", state: "succeeded" }, [], []],
  [{ enqueuedBefore: "2000-01-01T00:00:00Z" }, [], []],
])("the filter %j finds exactly its jobs", async (filter, waitingAt, endedAt) => {
  const { ended, waiting } = await storeSome()
  const expected = [...waitingAt.map((at) => waiting[at]), ...endedAt.map((at) => ended[at])]
  expect(await idsOf(filter, 1)).toEqual(expected)
})

test("a running job is listed as that", async () => {
  const { id } = await byName.enqueue("any", {})
  const client = await database.pool.connect()
  await client.query("select pg_advisory_lock(sluice.job_lock($1))", [id])
  expect((await sluice.listJobs({ state: "running" })).jobs).toMatchObject([{ id, state: "running" }])
  expect((await sluice.listJobs({ state: "ready" })).jobs).toEqual([])
  await client.query("select pg_advisory_unlock(sluice.job_lock($1))", [id])
  client.release()
})

test("a job that ends while a list is read is in it once", async () => {
  const { waiting, ended } = await storeSome()
  const first = await sluice.listJobs({}, { limit: 3 })
  await drain(sluice, { connect: database.connect })
  const second = await sluice.listJobs({}, { limit: 100, after: first.next as string })
  expect(first.jobs.map(({ id }) => id)).toEqual(waiting)
  expect(second.jobs.map(({ id }) => id)).toEqual(ended)
})

test("one call of the database reads a bounded part, whatever the filter finds", async () => {
  await database.rows(
    "insert into sluice.jobs (name, state) select 'any', 'ready' from generate_series(1, 12000)",
  )
  await database.rows(
    "insert into sluice.finished (id, state, name, queue, priority, attempts, enqueued_at, run_at, payload) select 1000000 + n, 'succeeded', 'any', 'default', 0, 1, now(), now(), jsonb_build_object('text', repeat('x', 500)) from generate_series(1, 12000) n",
  )
  const [waiting] = await database.rows(
    'select jobs, next_before from sluice.list_jobs(\'{"name": "other"}\', null, 10)',
  )
  expect(waiting.jobs).toEqual([])
  const [{ above }] = await database.rows(
    "select count(*)::integer as above from sluice.jobs where id >= $1",
    [waiting.next_before],
  )
  expect(above).toBe(5_000)
  const [finished] = await database.rows(
    "select * from sluice.list_finished_jobs('{\"name\": \"other\"}', '{succeeded}', 'infinity', null, null, null, 10)",
  )
  expect(finished.jobs).toEqual([])
  expect(finished.day).not.toBe(null)
  expect(await sluice.listJobs({ name: "other" }), "all of it is looked at").toEqual({ jobs: [] })
})

test("a page of large jobs has fewer than asked for, and loses none", async () => {
  const metadata = { text: "x".repeat(60_000) }
  const ids: string[] = []
  for (let nth = 0; nth < 40; nth++) ids.unshift((await sluice.enqueue("done", {}, { metadata })).id)
  const first = await sluice.listJobs({}, { limit: 1 })
  expect(first.jobs.map(({ id }) => id)).toEqual(ids.slice(0, 1))
  expect(await idsOf({ state: "ready" }, 100)).toEqual(ids)
  const [{ jobs: page }] = await database.rows("select jobs from sluice.list_jobs('{}', null, 40)")
  expect(page.length).toBeLessThan(20)
  await drain(sluice, { connect: database.connect, concurrency: 1 })
  expect(await idsOf({}, 100)).toEqual(ids)
})

test.each<readonly [object, object, string]>([
  [{ ids: ["1"] }, {}, "unknown_option"],
  [{ state: "asleep" }, {}, "invalid_option"],
  [{ name: "no spaces" }, {}, "invalid_name"],
  [{ color: "red" }, {}, "unknown_option"],
  [{}, { limit: 0 }, "invalid_option"],
  [{}, { limit: 1_001 }, "invalid_option"],
  [{}, { limit: Number.NaN }, "invalid_option"],
  [{}, { offset: 1 }, "unknown_option"],
  ...[
    "",
    "x",
    "1",
    "1-",
    "1-2-3",
    "1-h-x",
    "1-h-20260101-1",
    "1-h-20260101-99999999999-1",
    "1-h-20260101-1-99999",
    "9".repeat(30),
  ].map((after) => [{}, { after }, "invalid_option"] as const),
])("the list of %j with %j is refused", async (filter, options, code) => {
  await expect(sluice.listJobs(filter as never, options as never)).rejects.toMatchObject({ code })
})

test.each(["1-5", "1-h", "1-h-default", "1-h-20200101-5-5", "1-h-99991231-4000000000-60000"])(
  "%s, of a list long ago, is a place from which nothing fails",
  async (after) => {
    expect((await sluice.listJobs({}, { after })).jobs).toBeInstanceOf(Array)
  },
)
