import { createSluice, defineJob } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { afterEach, beforeEach, expect, test } from "vitest"
import { openSession, type Session } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

interface Mail {
  readonly to: string
  readonly customer: string
}

const database = await createDatabase()
const mail = defineJob({
  name: "mail",
  concurrency: [
    { key: ({ to }: Mail) => to, limit: 2 },
    { key: ({ customer }: Mail) => customer },
    { by: "queue", limit: 3 },
  ],
  perform(_payload: Mail) {},
})
const sluice = createSluice({ database: database.pool, jobs: [mail] })
const byName = createSluice({ database: database.pool })
await migrate(database.url, { jobs: [mail], unknownNames: "accept" })
let session: Session
const next = () => session.claim("mail", "other")
const enqueue = async (to: string, customer: string) => (await mail.enqueue({ to, customer })).id
const end = ({ id, fence }: { id: string; fence: number }) =>
  session.settle({ id, fence, outcome: "succeeded" })
const ids = (jobs: readonly { id: string }[]) => jobs.map(({ id }) => id)
const permits = () =>
  database.rows("select job_id::text as id, concurrency_key as key from sluice.permits order by 1, 2")

afterEach(() => session.end())
beforeEach(async () => {
  await database.pool.query(
    "truncate sluice.jobs, sluice.finished, sluice.further_keys, sluice.permits, sluice.claims, sluice.pauses",
  )
  session = await openSession(database)
})

test("a job runs while none of its keys is full, and waits for the key that is", async () => {
  const first = await enqueue("a", "1")
  const sameCustomer = await enqueue("b", "1")
  const other = await enqueue("a", "2")
  const full = await enqueue("a", "3")

  const begun = await next()
  expect(ids(begun)).toEqual([first, other])
  expect(await sluice.getJob(sameCustomer)).toMatchObject({
    state: "blocked",
    blockedBy: "concurrency",
    waitsFor: "1",
    concurrencyKey: "b",
    concurrencyKeys: ["b", "1", "queue:default"],
  })
  expect(await sluice.getJob(full)).toMatchObject({ state: "blocked", waitsFor: "a" })

  for (const job of begun) await end(job)
  expect(ids(await next())).toEqual([sameCustomer, full])
  expect(await permits()).toHaveLength(6)
})

test("a job that gets one of its places and not the other holds neither", async () => {
  await enqueue("a", "1")
  await next()
  const refused = await enqueue("b", "1")
  expect(await next()).toEqual([])
  expect((await permits()).filter(({ id }) => id === refused)).toEqual([])
  const behind = await enqueue("b", "2")
  expect(ids(await next()), "nor keeps others from it").toEqual([behind])
})

test("a job that is woken for one key and refused by another leaves its place to the next", async () => {
  await database.pool.query("update sluice.ticks set ticked_at = 'infinity'") // nobody repairs what an event has missed
  await enqueue("a", "1")
  await enqueue("a", "2")
  const [first] = await next()
  const busy = await enqueue("a", "3")
  const free = await enqueue("a", "4")
  expect(await next(), "both wait for a").toEqual([])
  await enqueue("b", "3")
  expect(await next()).toHaveLength(1)

  await end(first as { id: string; fence: number })
  expect(await next()).toEqual([])
  expect(await sluice.getJob(busy)).toMatchObject({ state: "blocked", waitsFor: "3" })
  expect(ids(await next())).toEqual([free])
})

test("ready jobs behind a further key that is full are blocked a set at a time, however many are blocked already", async () => {
  await database.rows(
    `with stored as (
       insert into sluice.jobs (name, state, concurrency_key, concurrency_limit, further_keys, further_limits, features)
       select 'other', 'ready', n, 1, '{host}', '{1}', 1 | 128 from generate_series(1, 4500) n returning id)
     insert into sluice.further_keys select id, 'host', 1 from stored`,
  )
  const blocked = "select count(*)::int as blocked from sluice.jobs where state = 'blocked'"
  expect(await next()).toHaveLength(1)
  for (let claims = 1; claims <= 2; claims++) expect(await next()).toEqual([])
  expect(await database.rows(blocked)).toEqual([{ blocked: 4_499 }])
})

test("a job that is replaced while it waits for a key no longer waits for that", async () => {
  const { id } = await byName.enqueue("mail", { to: "a", customer: "1" })
  await database.pool.query("update sluice.jobs set waits_for = 'a key of before', priority = 1")
  const { id: first } = await byName.enqueue("mail", { to: "a", customer: "1" })
  const keys = [first, id].map((id) => ({ id: Number(id), key: "a", furtherKeys: ["1", "queue:"] }))
  await database.pool.query("update sluice.jobs set concurrency_limit = 1")
  await database.pool.query("select sluice.set_keys($1)", [JSON.stringify(keys)])
  expect(await sluice.getJob(id)).toMatchObject({ state: "blocked", waitsFor: "a" })
})

test("a limit that a newer job changes holds at once, also for a key that isn't the first of it", async () => {
  await byName.enqueue("other", {}, { concurrencyKey: "1", concurrencyLimit: 5 })
  await byName.enqueue("other", {}, { concurrencyKey: "1", concurrencyLimit: 5 })
  await enqueue("a", "1")
  expect(await next()).toHaveLength(1)
  expect(await database.rows("select concurrency_limit from sluice.limits")).toEqual([
    { concurrency_limit: 1 },
  ])
})

test("of a job that has the same key twice, the lower limit holds", async () => {
  for (const _ of "ab") await enqueue("a", "a")
  expect(await next()).toHaveLength(1)
  const twice =
    "update sluice.jobs set concurrency_limit = 1, further_keys = '{b,b}', further_limits = '{3,1}', features = 1 | 128 returning sluice.note_further_keys(array[id])"
  await database.pool.query(twice)
  expect(
    await database.rows(
      "select distinct concurrency_limit from sluice.further_keys where concurrency_key = 'b'",
    ),
  ).toEqual([{ concurrency_limit: 1 }])
})

test("what is left of the keys of a job that was deleted by hand is forgotten", async () => {
  await enqueue("a", "1")
  const kept = await enqueue("b", "2")
  await database.pool.query("delete from sluice.jobs where id <> $1", [kept])
  await database.pool.query("select sluice.run_maintenance('forget further keys')")
  expect(await database.rows("select distinct job_id::text as id from sluice.further_keys")).toEqual([
    { id: kept },
  ])
})

test("a job with several keys that throws PauseKey pauses the one that it names, else the first", async () => {
  const [first, second] = [await enqueue("a", "1"), await enqueue("b", "2")]
  await next()
  const pausing = { fence: 0, outcome: "snoozed", charges_attempt: false, wait_ms: 60_000, pauses_key: true }
  await session.settle({ id: first, ...pausing }, { id: second, ...pausing, paused_key: "2" })
  expect((await sluice.listPauses()).map(({ target }) => target)).toEqual(["2", "a"])
})

test("a paused key among several holds the job, and its end lets it go", async () => {
  await sluice.pauseKey("1")
  const id = await enqueue("a", "1")
  expect(await next()).toEqual([])
  expect(await sluice.getJob(id)).toMatchObject({ state: "blocked", blockedBy: "pause", waitsFor: "1" })
  await sluice.resumeKey("1")
  expect(ids(await next())).toEqual([id])
})

test("a blocked job of a paused name waits for no key", async () => {
  await enqueue("a", "1")
  const id = await enqueue("b", "1")
  await next()
  await sluice.pauseName("mail")
  expect(await sluice.getJob(id)).toMatchObject({ state: "blocked", blockedBy: "pause", waitsFor: null })
})

test("a job by name has the limits of its registered definition, and waits until their keys are computed", async () => {
  const { id } = await byName.enqueue("mail", { to: "a", customer: "1" })
  expect(await database.rows("select state, concurrency_key, further_keys from sluice.jobs")).toEqual([
    { state: "unkeyed", concurrency_key: null, further_keys: [null, "queue:default"] },
  ])
  const keys = JSON.stringify([{ id: Number(id), key: "a", furtherKeys: ["1", "queue:"] }])
  await database.pool.query("select sluice.set_keys($1)", [keys])
  expect(ids(await next())).toEqual([id])
  expect(await permits()).toEqual([
    { id, key: "1" },
    { id, key: "a" },
    { id, key: "queue:default" },
  ])
})

test("an update of the payload or the queue changes the keys, a retry keeps them, and nothing is left of a job that is gone", async () => {
  const id = await enqueue("a", "1")
  await sluice.updateJob(id, { payload: { to: "b", customer: "2" }, queue: "slow" })
  const keys = ["b", "2", "queue:slow"]
  expect(await sluice.getJob(id)).toMatchObject({ concurrencyKeys: keys })
  await sluice.cancelJob(id)
  expect(await database.rows("select * from sluice.further_keys")).toEqual([])
  expect(await sluice.getJob(id)).toMatchObject({ state: "canceled", concurrencyKeys: keys })
  await sluice.retryJob(id)
  expect(await sluice.getJob(id)).toMatchObject({ state: "ready", concurrencyKeys: keys })
  expect(
    await database.rows("select concurrency_key, concurrency_limit from sluice.further_keys order by 1"),
  ).toEqual([
    { concurrency_key: "2", concurrency_limit: 1 },
    { concurrency_key: "queue:slow", concurrency_limit: 3 },
  ])
  for (const job of await next()) await end(job)
  expect(
    await database.rows("select * from sluice.further_keys union all select * from sluice.permits"),
  ).toEqual([])
})

test("lists find a job by each of its keys", async () => {
  const id = await enqueue("a", "1")
  for (const concurrencyKey of ["a", "1", "queue:default"])
    expect(await sluice.listJobs({ concurrencyKey })).toMatchObject({
      jobs: [{ id, concurrencyKeys: ["a", "1", "queue:default"] }],
    })
})

test("two claims at once under keys in opposite order give no key twice, and don't deadlock", async () => {
  const pair = defineJob({
    name: "other",
    concurrency: [
      { key: ([first]: string[]) => first as string },
      { key: ([, second]: string[]) => second as string },
    ],
    perform(_payload: string[]) {},
  })
  createSluice({ database: database.pool, jobs: [pair] })
  const other = await openSession(database)
  await pair.enqueue(["x", "y"])
  await session.connection.query("begin")
  expect(await session.claim("other")).toHaveLength(1)
  await pair.enqueue(["y", "x"])
  const second = other.claim("other")
  await eventually(async () =>
    expect(
      await database.rows(
        "select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'",
      ),
    ).toHaveLength(1),
  )
  await session.connection.query("commit")
  expect(await second).toEqual([])
  expect(await permits()).toHaveLength(2)
  await other.end()
})
