import { defineJob, type RateLimit } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const perHour = (limit: number, burst?: number) => ({ limit, per: "1h", ...(burst && { burst }) }) as const

test("a refill makes as many jobs ready as may start, and no attempt is charged for the wait", async () => {
  const { sluice, drainOnce, states, hoursPass } = await setUp()
  await sluice.enqueueMany(jobs(50, perHour(10)))
  expect(await drainOnce()).toMatchObject({ succeeded: 10 })
  expect(await states()).toEqual({ throttled: 40 })
  expect(await drainOnce(), "in the same hour").toMatchObject({ claimed: 0 })

  await hoursPass(1)
  expect(await drainOnce()).toMatchObject({ succeeded: 10 })
  expect(await states()).toEqual({ throttled: 30 })
})

test("of a bucket with a small burst, tokens come one by one", async () => {
  const { sluice, drainOnce, states, hoursPass } = await setUp()
  await sluice.enqueueMany(jobs(50, perHour(20, 2)))
  expect(await drainOnce()).toMatchObject({ succeeded: 2 })
  await hoursPass(1 / 20)
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  await hoursPass(0.5)
  expect(await drainOnce(), "no more than the burst").toMatchObject({ succeeded: 2 })
  expect(await states()).toEqual({ throttled: 45 })
})

test("jobs that came one by one are throttled together when claims meet them", async () => {
  const { sluice, drainOnce, states } = await setUp()
  for (let place = 0; place < 12; place++) await sluice.enqueueMany(jobs(1, perHour(2)))
  expect(await states()).toEqual({ ready: 12 })
  expect(await drainOnce()).toMatchObject({ succeeded: 2, claimed: 2 })
  expect(await states()).toEqual({ throttled: 10 })
})

test("the most urgent of the throttled jobs start first", async () => {
  const { sluice, drainOnce, hoursPass, database } = await setUp()
  await sluice.enqueueMany(jobs(5, perHour(1)))
  const { id } = await sluice.enqueue("call", {}, { rateKey: "api", rate: perHour(1), priority: -5 })
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  await hoursPass(1)
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await database.rows("select id::text from sluice.finished where id = $1", [id])).toEqual([{ id }])
})

test("a rate that was raised holds at once, also for jobs that wait already", async () => {
  const { sluice, drainOnce, states } = await setUp()
  await sluice.enqueueMany(jobs(20, perHour(2)))
  expect(await drainOnce()).toMatchObject({ succeeded: 2 })
  await sluice.enqueueMany(jobs(1, perHour(10)))
  expect(await drainOnce()).toMatchObject({ succeeded: 8 })
  expect(await states()).toEqual({ throttled: 11 })
})

test("the newest rate stays in force after the job that set it has finished before older ones", async () => {
  const { sluice, drainOnce, states } = await setUp()
  await sluice.enqueueMany(jobs(20, perHour(10)))
  await sluice.enqueue("call", {}, { rateKey: "api", rate: perHour(1), priority: -5 })
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await drainOnce()).toMatchObject({ succeeded: 0 })
  expect(await states()).toEqual({ throttled: 20 })
})

test("throttled jobs behind others that are gone are found by a drain", async () => {
  const { sluice, drainOnce, database } = await setUp()
  await sluice.enqueueMany(jobs(20, perHour(5)))
  await database.pool.query("delete from sluice.jobs where state = 'ready'")
  expect(await database.rows("select from sluice.rates")).toEqual([])
  expect(await drainOnce()).toMatchObject({ succeeded: 5 })
})

test("throttled jobs behind one that nobody can claim may start", async () => {
  const { sluice, drainOnce, database } = await setUp()
  await sluice.enqueueMany(jobs(3, perHour(1)))
  await database.pool.query("update sluice.jobs set expires_at = now() where state = 'ready'")
  expect(await drainOnce(), "one has expired").toMatchObject({ succeeded: 1 })
})

test("throttled jobs of which nobody has noted when they may start are due at the end of a drain", async () => {
  const { sluice, drainOnce, database } = await setUp()
  const isDue = async (name: string) =>
    (await database.rows(`select sluice.is_work_due(array['${name}']) as due`))[0].due
  await sluice.enqueueMany(jobs(2, perHour(1)))
  await database.pool.query("delete from sluice.jobs where state = 'ready'")
  expect(await isDue("call")).toBe(true)
  expect(await isDue("other")).toBe(false)

  await drainOnce()
  await sluice.enqueueMany(jobs(2, perHour(1)))
  await database.pool.query("delete from sluice.jobs where state = 'ready'")
  const { dueWork, nextDueInMs } = await drainOnce()
  expect(dueWork).toBe(false)
  expect(nextDueInMs).toBeGreaterThan(3_000_000)
})

test("a retry is a start, too", async () => {
  const { sluice, drainOnce, states, database } = await setUp()
  const { id } = await sluice.enqueue("fail", {}, { rateKey: "api", rate: perHour(1) })
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  await database.pool.query("update sluice.jobs set run_at = now() where id = $1", [id])
  expect(await drainOnce()).toMatchObject({ claimed: 0 })
  expect(await states()).toEqual({ throttled: 1 })
  expect(await sluice.getJob(id)).toMatchObject({
    state: "blocked",
    blockedBy: "rate",
    rateKey: "api",
    attempts: 1,
  })
})

test("the start of a job whose drainer died stays counted", async () => {
  const { sluice, drainOnce, states, database } = await setUp()
  await sluice.enqueueMany(jobs(3, perHour(2)))
  const victim = await openSession(database)
  expect(await victim.claim("call")).toHaveLength(2)
  await victim.end()

  expect(await drainOnce()).toMatchObject({ interrupted: 2, claimed: 0 })
  expect(await states()).toEqual({ throttled: 3 })
  expect(await database.rows("select sum(n)::int from sluice.rates, unnest(starts) n")).toEqual([{ sum: 2 }])
})

test("a drain ends while jobs are throttled, and tells when the next may start", async () => {
  const { sluice, drainOnce } = await setUp()
  await sluice.enqueueMany(jobs(2, { limit: 1, per: "10s" }))
  const wakeUps: (Date | undefined)[] = []
  await drainOnce({ setWakeUp: async (at) => void wakeUps.push(at) })
  const inMs = (wakeUps.at(-1) as Date).getTime() - Date.now()
  expect(inMs).toBeGreaterThan(1_000)
  expect(inMs).toBeLessThan(11_000)
})

test("a job with a concurrency key whose rate is used up holds no place of the key", async () => {
  const { sluice, drainOnce, database } = await setUp()
  const options = { rateKey: "api", rate: perHour(1), concurrencyKey: "shop" }
  await sluice.enqueueMany(Array.from({ length: 3 }, () => ({ name: "call", options })))
  await sluice.enqueue("call", {}, { concurrencyKey: "shop" })
  let succeeded = 0
  for (let drains = 0; drains < 3; drains++) succeeded += (await drainOnce()).succeeded
  expect(succeeded, "one by its rate, and the one without").toBe(2)
  expect(await database.rows("select from sluice.permits")).toEqual([])
})

test("the keys of a rate are forgotten once their starts no longer count", async () => {
  const { sluice, drainOnce, database } = await setUp()
  await sluice.enqueueMany(jobs(1, perHour(1)))
  await drainOnce()
  const rest = "select sluice.force_maintenance(null, now() + $1::interval)"
  await database.pool.query(rest, ["30 minutes"])
  expect(await database.rows("select rate_key from sluice.rates")).toEqual([{ rate_key: "api" }])
  await database.pool.query(rest, ["2 hours"])
  expect(await database.rows("select rate_key from sluice.rates")).toEqual([])
})

function jobs(count: number, rate: RateLimit) {
  return Array.from({ length: count }, () => ({ name: "call", options: { rateKey: "api", rate } }))
}

async function setUp() {
  const database = await createDatabase()
  const call = defineJob({ name: "call", perform() {} })
  const fail = defineJob({
    name: "fail",
    perform() {
      throw new Error("no")
    },
  })
  return {
    ...drainable(database, [call, fail]),
    database,
    async states() {
      const rows = await database.rows("select state, count(*)::int from sluice.jobs group by 1")
      return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
    },
    /** Moves the starts into the past, with what follows from them. */
    hoursPass: (hours: number) =>
      database.pool.query(
        `update sluice.rates set started_at = array(select at - $1 * interval '1 hour' - interval '2 s' from unnest(started_at) at),
           next_at = next_at - $1 * interval '1 hour' - interval '2 s'`,
        [hours],
      ),
  }
}
