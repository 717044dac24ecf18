import { createSluice } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

beforeEach(() =>
  database.rows("truncate sluice.jobs, sluice.noted_measures, sluice.measures, sluice.last_job_ids"),
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

function waiting(count: number) {
  return database.rows(
    "insert into sluice.jobs (name, state) select 'any', 'ready' from generate_series(1, $1::integer)",
    [count],
  )
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
