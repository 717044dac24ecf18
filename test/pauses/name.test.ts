import { createSluice, defineJob } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const performed: string[] = []
const mail = defineJob({ name: "mail", perform: (_payload, { id }) => void performed.push(id) })
const other = defineJob({ name: "other", perform: (_payload, { id }) => void performed.push(id) })
const call = defineJob({ name: "call", rate: { limit: 1, per: "1h" }, perform() {} })
const { sluice, drainOnce } = drainable(database, [mail, other, call])

afterEach(async () => {
  await database.pool.query("delete from sluice.pauses; delete from sluice.jobs")
  await database.pool.query("update sluice.ticks set ticked_at = '-infinity'")
  performed.length = 0
})

test("jobs of a paused name wait, and those of others are performed; resumed they are performed", async () => {
  const first = await sluice.enqueue(mail, {})
  await sluice.pauseName("mail")
  const second = await sluice.enqueue(mail, {}, { queue: "elsewhere" })
  const free = await sluice.enqueue(other, {})
  expect(await stateOf(first.id)).toBe("blocked")
  expect(await sluice.listQueues()).toMatchObject([
    { name: "default", paused: false, ready: 1, blocked: 1 },
    { name: "elsewhere", paused: false, ready: 0, blocked: 1, oldestReadyAt: null },
  ])

  expect(await drainOnce()).toMatchObject({ claimed: 1, dueWork: false })
  expect(performed).toEqual([free.id])

  await sluice.resumeName("mail")
  expect(await stateOf(first.id)).toBe("ready")
  expect(await drainOnce()).toMatchObject({ claimed: 2 })
  expect(performed).toEqual([free.id, first.id, second.id])
})

test("many jobs of a paused name are put out of the way, are no unknown ones, and come back", async () => {
  await sluice.pauseName("mail")
  await sluice.enqueueMany(Array.from({ length: 300 }, () => ({ name: "mail", payload: {} })))
  expect(await drainOnce()).toMatchObject({ claimed: 0 })
  expect(await statesInTable()).toEqual([{ state: "unknown", jobs: 300 }])
  expect(await database.rows("select * from sluice.unknown_names()")).toEqual([])

  let wakes = 0
  await createSluice({ database: database.pool, wake: async () => void wakes++ }).resumeName("mail")
  expect(wakes).toBe(1)
  expect(await drainOnce()).toMatchObject({ succeeded: 300 })
})

test("a claim that had looked before the pause drops the jobs", async () => {
  const { id } = await sluice.enqueue(mail, {})
  const session = await openSession(database)
  await sluice.pauseName("mail")
  const lock = () => session.connection.query("select pg_advisory_lock(sluice.job_lock($1))", [id])
  await lock()
  const look = "select jobs from sluice.second_look($1, array[$2::bigint], null, 'ready', 4194304)"
  const { rows } = await session.connection.query(look, [session.drainerId, id])
  expect(rows[0].jobs).toEqual([])

  await sluice.resumeName("mail")
  await lock()
  expect((await session.connection.query(look, [session.drainerId, id])).rows[0].jobs).toHaveLength(1)
  await session.end()
})

test("a claim that had looked before the pause begins no job, and keeps what it takes", async () => {
  const options = {
    unique: { key: "one", onConflict: "replace" },
    rateKey: "api",
    rate: { limit: 1, per: "1h" },
    concurrencyKey: "shop",
  } as const
  const { id } = await sluice.enqueue(mail, {}, options)
  const session = await openSession(database)
  await sluice.pauseName("mail")
  await session.connection.query("select pg_advisory_lock(sluice.job_lock($1))", [id])
  await session.connection.query(
    "select from sluice.second_look($1, array[$2::bigint], (select features from sluice.jobs where id = $2), 'ready', 4194304)",
    [session.drainerId, id],
  )
  expect(await sluice.enqueue(mail, {}, options)).toMatchObject({ id, status: "replaced" })
  expect(await database.rows("select from sluice.permits")).toEqual([])
  expect(await database.rows("select from sluice.rates, unnest(starts)")).toEqual([])
  await session.end()
})

test("jobs of a paused name that wait for their rate call no drainer", async () => {
  await sluice.enqueueMany([{ name: "call" }, { name: "call" }])
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  await sluice.pauseName("call")
  await database.pool.query(
    "update sluice.rates set started_at = array[now() - interval '2 hours'], next_at = now()",
  )
  expect(await drainOnce()).toMatchObject({ dueWork: false, nextDueInMs: undefined })

  await sluice.resumeName("call")
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
})

test("a job of a paused name can't be run now", async () => {
  const { id } = await sluice.enqueue(mail, {}, { delay: "1h" })
  await sluice.pauseName("mail")
  await expect(sluice.runJobNow(id)).rejects.toMatchObject({ code: "name_paused" })
  await sluice.resumeName("mail")
  await sluice.runJobNow(id)
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
})

test("suspects of a paused name wait, too", async () => {
  await database.rows(
    "insert into sluice.jobs (name, state, suspect_group) values ('mail', 'suspect', 1) returning id",
  )
  await sluice.pauseName("mail")
  expect(await drainOnce()).toMatchObject({ claimed: 0, dueWork: false })
  await sluice.resumeName("mail")
  expect(await drainOnce()).toMatchObject({ claimed: 1 })
})

async function stateOf(id: string): Promise<string | undefined> {
  return (await sluice.getJob(id))?.state
}

function statesInTable(): Promise<unknown[]> {
  return database.rows("select state, count(*)::int as jobs from sluice.jobs group by 1")
}
