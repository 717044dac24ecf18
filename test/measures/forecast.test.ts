import { createSluice } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

beforeEach(() =>
  database.rows(
    "truncate sluice.jobs, sluice.noted_measures, sluice.measures, sluice.last_job_ids, sluice.definitions, sluice.pooled_queues, sluice.pauses",
  ),
)

test("the backlog is drained when as many jobs have ended as wait, less those that come", async () => {
  await waiting(600)
  await ended(1_000) // in five minutes
  await enqueued(500)
  const { drainedAt, ...forecast } = await sluice.getForecast()
  expect(forecast).toMatchObject({ ready: 600, isEstimate: false, endedPerMinute: 200 })
  expect(forecast.enqueuedPerMinute).toBeCloseTo(100, -1)
  const minutes = ((drainedAt as Date).getTime() - Date.now()) / 60_000
  expect(minutes).toBeGreaterThan(5)
  expect(minutes).toBeLessThan(7)
})

test("it isn't told of a backlog that grows, or of which nothing is performed", async () => {
  await waiting(10)
  expect((await sluice.getForecast()).drainedAt).toBeNull()
  await ended(100)
  await enqueued(500)
  expect((await sluice.getForecast()).drainedAt).toBeNull()
})

test("what came in the last minute isn't counted: nor is what has ended in it", async () => {
  await ended(1_000)
  await enqueued(500)
  await come(10_000)
  const { endedPerMinute, enqueuedPerMinute } = await sluice.getForecast()
  expect(endedPerMinute).toBe(200)
  expect(enqueuedPerMinute).toBeCloseTo(100, -1)
})

test("a backlog that is empty is drained", async () => {
  const { drainedAt } = await sluice.getForecast()
  expect(Math.abs((drainedAt as Date).getTime() - Date.now())).toBeLessThan(60_000)
})

test("from 10,000 ready jobs on, the planner's estimate is told", async () => {
  await waiting(30_000)
  await database.rows("analyze sluice.jobs")
  const { ready, isEstimate } = await sluice.getForecast()
  expect(isEstimate).toBe(true)
  expect(ready).toBeGreaterThan(25_000)
  expect(ready).toBeLessThan(35_000)
})

test("jobs that nobody performs aren't counted: of unknown names, pauses, and queues that no pool serves", async () => {
  await seen("any", "now()")
  await seen("retired", "now() - interval '2 days'")
  await seen("registered", "'-infinity'")
  await waiting(100)
  await waiting(200, "retired")
  await waiting(200, "registered")
  await waiting(200, "typo")
  expect((await sluice.getForecast()).ready).toBe(100)

  await waiting(50, "any", "slow")
  expect((await sluice.getForecast()).ready).toBe(150)
  await sluice.pauseQueue("slow")
  expect((await sluice.getForecast()).ready).toBe(100)
  await sluice.resumeQueue("slow")
  await database.rows(
    "insert into sluice.pooled_queues (queue, seen_at) values ('slow', now() - interval '3 days'), ('', now())",
  )
  expect((await sluice.getForecast()).ready).toBe(100)
  await sluice.pauseName("any")
  expect(await sluice.getForecast()).toMatchObject({ ready: 0, drainedAt: expect.any(Date) })
})

test("a pool that is invoked rarely still performs its jobs", async () => {
  await seen("any", "now()")
  await seen("nightly", "now() - interval '20 hours'")
  await waiting(10, "nightly")
  expect((await sluice.getForecast()).ready).toBe(10)
})

test("of an estimate, the same share is left out as of the jobs that are looked at", async () => {
  await seen("any", "now()")
  await database.rows(
    "insert into sluice.jobs (name, state) select case when n % 4 = 0 then 'typo' else 'any' end, 'ready' from generate_series(1, 20000) n",
  )
  await database.rows("analyze sluice.jobs")
  const { ready, isEstimate } = await sluice.getForecast()
  expect(isEstimate).toBe(true)
  expect(ready).toBeGreaterThan(13_000)
  expect(ready).toBeLessThan(17_000)
})

function waiting(count: number, name = "any", queue = "default") {
  return database.rows(
    "insert into sluice.jobs (name, queue, state) select $2, $3, 'ready' from generate_series(1, $1::integer)",
    [count, name, queue],
  )
}

function seen(name: string, at: string) {
  return database.rows(`insert into sluice.definitions (name, seen_at) values ($1, ${at})`, [name])
}

/** In each of the five minutes before the last one, a fifth. */
function ended(count: number) {
  return database.rows(
    `insert into sluice.noted_measures (starts_at, name, queue, succeeded)
     select date_bin('1 minute', now(), 'epoch') - n * interval '1 minute', 'any', 'default', $1::integer / 5 from generate_series(2, 6) n`,
    [count],
  )
}

/** In the same five minutes. */
async function enqueued(count: number): Promise<void> {
  await noted(6)
  await come(count)
  await noted(1)
}

function noted(minutesAgo: number) {
  return database.rows(
    `insert into sluice.last_job_ids (minute_at, noted_at, job_id)
     select date_bin('1 minute', now(), 'epoch') - $1 * interval '1 minute', now() - $1 * interval '1 minute', last_value from sluice.job_ids`,
    [minutesAgo],
  )
}

function come(count: number) {
  return database.rows("select nextval('sluice.job_ids') from generate_series(1, $1::integer)", [count])
}
