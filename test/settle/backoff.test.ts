import { type AnyJobDefinition, type Backoff, createSluice, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()

test("the wait doubles from one second up to an hour by default", async () => {
  const waitsMs = await waitsBefore([1, 2, 3, 4, 5, 11, 12, 13, 14, 900], { jitter: 0 })
  expect(waitsMs).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 1_024_000, 2_048_000, 3_600_000, 3_600_000, 3_600_000,
  ])
})

test("base, factor and ceiling are the definition's", async () => {
  const growing = { base: "100ms", factor: 10, max: "1m", jitter: 0 } as const
  expect(await waitsBefore([1, 2, 3, 4, 5], growing)).toEqual([100, 1_000, 10_000, 60_000, 60_000])
  expect(await waitsBefore([1, 2, 3], { base: 5, factor: 1, jitter: 0 })).toEqual([5_000, 5_000, 5_000])
})

// of 200 waits, none is in an outer quarter of the range once in 10^25 runs
test("jobs that failed together don't return together: a quarter of the wait is random by default", async () => {
  const waitsMs = await waitsBefore(Array(200).fill(3))
  expectSpread(waitsMs, 3_000, 5_000)
  expect(new Set(waitsMs).size).toBeGreaterThan(100)
})

test("with a jitter of 1 the wait is anything from nothing to twice its length", async () => {
  expectSpread(await waitsBefore(Array(200).fill(2), { base: "100s", factor: 10, jitter: 1 }), 0, 2_000_000)
})

function expectSpread(waitsMs: readonly number[], leastMs: number, mostMs: number): void {
  const quarterMs = (mostMs - leastMs) / 4
  const [shortestMs, longestMs] = [Math.min(...waitsMs), Math.max(...waitsMs)]
  expect(shortestMs).toBeGreaterThanOrEqual(leastMs)
  expect(shortestMs).toBeLessThan(leastMs + quarterMs)
  expect(longestMs).toBeGreaterThan(mostMs - quarterMs)
  expect(longestMs).toBeLessThanOrEqual(mostMs)
}

/** Milliseconds that jobs with this backoff are put off when they fail for the nth time. */
async function waitsBefore(retries: readonly number[], backoff?: Backoff): Promise<number[]> {
  const failing = defineJob({
    name: "failing",
    maxAttempts: 1_000,
    ...(backoff && { backoff }),
    perform() {
      throw new Error("as always")
    },
  })
  const waitsMs = new Map<string, number>()
  const sluice = createSluice({
    database: database.pool,
    jobs: [failing] as AnyJobDefinition[],
    instrumentation: {
      enqueue: (_names, store) => store({}),
      async perform({ id }, work) {
        const outcome = await work()
        if (outcome.kind === "retried" && !waitsMs.has(id)) waitsMs.set(id, outcome.waitMs)
        return outcome
      },
    },
  })
  const jobs = await sluice.enqueueMany(retries.map(() => ({ name: "failing", payload: {} })))
  const ids = jobs.map(({ id }) => id)
  await database.pool.query(
    `update sluice.jobs j set attempts = r.n - 1
     from unnest($1::bigint[], $2::integer[]) r (id, n) where j.id = r.id`,
    [ids, retries],
  )
  await drain(sluice, { connect: database.connect })
  await database.pool.query("delete from sluice.jobs")
  return ids.map((id) => waitsMs.get(id) as number)
}
