import { type AnyJobDefinition, type Backoff, createSluice, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()

const A_WEEK_MS = 7 * 86_400_000

test("the wait is the fourth power of the failures in seconds by default, up to a week", async () => {
  const waitsMs = await waitsBefore([1, 2, 3, 4, 24, 27, 28, 900], { jitter: 0 })
  expect(waitsMs).toEqual([
    1_000,
    16_000,
    81_000,
    256_000,
    24 ** 4 * 1_000,
    27 ** 4 * 1_000,
    A_WEEK_MS,
    A_WEEK_MS,
  ])
})

test("25 attempts take about three weeks by default", () => {
  const seconds = Array.from({ length: 24 }, (_, n) => (n + 1) ** 4).reduce((sum, wait) => sum + wait)
  expect(Math.round(seconds / 86_400)).toBe(20)
})

test("each strategy grows in its way, between its base and its ceiling", async () => {
  const growing = { strategy: "exponential", base: "100ms", factor: 10, max: "1m", jitter: 0 } as const
  expect(await waitsBefore([1, 2, 3, 4, 5], growing)).toEqual([100, 1_000, 10_000, 60_000, 60_000])
  const doubling = { strategy: "exponential", jitter: 0 } as const
  expect(await waitsBefore([1, 2, 3], doubling)).toEqual([1_000, 2_000, 4_000])
  const linear = { strategy: "linear", base: 5, max: "12s", jitter: 0 } as const
  expect(await waitsBefore([1, 2, 3], linear)).toEqual([5_000, 10_000, 12_000])
  const constant = { strategy: "constant", base: 5, jitter: 0 } as const
  expect(await waitsBefore([1, 2, 3], constant)).toEqual([5_000, 5_000, 5_000])
})

test("a function computes the wait from the failures and the error", async () => {
  const waits = await waitsBefore([1, 2], (failures, error) => failures * (error as Error).message.length)
  expect(waits).toEqual([9_000, 18_000])
})

test("a function that returns no wait leaves it to the default", async () => {
  expect(await waitsBefore([1], () => "soon" as never)).toEqual([expect.any(Number)])
})

// of 200 waits, none is in an outer quarter of the range once in 10^25 runs
test("jobs that failed together don't return together: a quarter of the wait is random by default", async () => {
  const waitsMs = await waitsBefore(Array(200).fill(2))
  expectSpread(waitsMs, 12_000, 20_000)
  expect(new Set(waitsMs).size).toBeGreaterThan(100)
})

test("with a jitter of 1 the wait is anything from nothing to twice its length", async () => {
  expectSpread(
    await waitsBefore(Array(200).fill(2), { strategy: "linear", base: "500s", jitter: 1 }),
    0,
    2_000_000,
  )
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
