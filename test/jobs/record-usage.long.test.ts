import { createSluice, drain, InvalidPayloadError } from "@sluice/core"
import pg from "pg"
import { beforeEach, expect, test } from "vitest"
import { recordUsage } from "../../functions/jobs/record-usage.ts"
import { useJobs } from "./jobs.ts"

const jobs = await useJobs()

/** A drainer's connection, marked so that it can be told from the test's own. */
async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: jobs.databaseUrl, application_name: "test drainer" })
  await client.connect()
  return client
}

const usage = (customer: string, quantity = 1) => ({ customer, metric: "api-calls", quantity })
const total = async (customer: string) =>
  Number((await jobs.rows("select sum(quantity) from app_usage where customer = $1", [customer]))[0].sum)

beforeEach(async () => void (await jobs.rows("drop table if exists app_usage")))

test("usage adds up by customer, metric and day of the enqueue", async () => {
  const first = await jobs.perform("record-usage", usage("ada", 3))
  const second = await jobs.perform("record-usage", usage("ada", 4))

  const day = first.enqueuedAt.toISOString().slice(0, 10)
  expect([first, second]).toMatchObject([
    { state: "succeeded", result: { day, total: 3 } },
    { state: "succeeded", result: { total: 7 } },
  ])
  expect(await jobs.rows("select customer, metric, day::text, quantity::int from app_usage")).toEqual([
    { customer: "ada", metric: "api-calls", day, quantity: 7 },
  ])
})

test("the first jobs may come all at once, from several drainers, to a database without the table", async () => {
  await jobs.sluice.enqueueMany(
    Array.from({ length: 200 }, (_, index) => ({ name: "record-usage", payload: usage(`c${index}`) })),
  )
  await Promise.all(Array.from({ length: 4 }, jobs.drain))

  expect(await jobs.rows("select count(*)::int, sum(quantity)::int from app_usage")).toEqual([
    { count: 200, sum: 200 },
  ])
  expect(
    await jobs.rows("select 1 from sluice.finished where name = 'record-usage' and state <> 'succeeded'"),
  ).toEqual([])
  expect(await jobs.rows("select error_message from sluice.failures")).toEqual([])
})

test("each job counts exactly once, though its drainers' sessions are killed all the time", async () => {
  const jobCount = 600
  await jobs.sluice.enqueueMany(
    Array.from({ length: jobCount }, () => ({ name: "record-usage", payload: usage("eve") })),
  )
  let finished = 0
  let kills = 0
  const deadlineAt = Date.now() + 60_000
  while (finished < jobCount && Date.now() < deadlineAt) {
    let isOver = false // also when all that is left waits for its retry
    const draining = drain(jobs.sluice, { connect })
      .catch(() => undefined)
      .finally(() => (isOver = true))
    // Let some jobs commit, then end every session that has anything to do with a drain.
    const before = finished
    await expect
      .poll(
        async () => {
          finished = await countFinished("eve")
          return isOver || finished === jobCount || finished >= before + 40
        },
        { interval: 5, timeout: 20_000 },
      )
      .toBe(true)
    if (finished < jobCount) kills += await killSessions()
    await draining
  }

  expect(finished).toBe(jobCount)
  expect(kills).toBeGreaterThan(3)
  expect(await total("eve")).toBe(jobCount)
}, 90_000)

test("a completion that can't be recorded takes the effect back", async () => {
  const id = await jobs.enqueue("record-usage", usage("bob", 5))
  // The definition as it is, with the drainer's session cut right before the end of its perform.
  const cut = createSluice({
    database: jobs.pool,
    jobs: [
      {
        ...recordUsage,
        async perform(payload, context) {
          const result = await recordUsage.perform(payload, context)
          await killSessions()
          return result
        },
      } as typeof recordUsage,
    ],
  })
  await drain(cut, { connect }).catch(() => undefined)
  expect((await jobs.read(id)).state).not.toBe("succeeded")
  expect(await jobs.rows("select to_regclass('app_usage') as made")).toEqual([{ made: null }])

  await jobs.drain()
  expect(await jobs.read(id)).toMatchObject({ state: "succeeded", result: { total: 5 } })
  expect(await total("bob")).toBe(5)
})

test("a quantity that is no whole number of 1 or more is refused", async () => {
  for (const quantity of [0, -1, 1.5, "1", 2 ** 53, null]) {
    await expect(jobs.enqueue("record-usage", { ...usage("x"), quantity })).rejects.toThrow(
      InvalidPayloadError,
    )
  }
  await expect(jobs.enqueue("record-usage", { ...usage(""), metric: "m" })).rejects.toThrow(
    InvalidPayloadError,
  )
})

async function countFinished(customer: string): Promise<number> {
  const [row] = await jobs.rows("select count(*)::int from sluice.finished where payload->>'customer' = $1", [
    customer,
  ])
  return row.count
}

/** Ends all sessions on this file's database but those of the test itself, from outside. */
async function killSessions(): Promise<number> {
  const admin = new pg.Client(jobs.databaseUrl)
  await admin.connect()
  const { rowCount } = await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and application_name = 'test drainer'`,
  )
  await admin.end()
  return rowCount ?? 0
}
