import { type AnyJobDefinition, type Backoff, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()

test("the wait doubles from one second up to an hour by default", async () => {
  const retries = [1, 2, 3, 4, 5, 11, 12, 13, 14, 999]
  expect(await waitsMs({ jitter: 0 }, retries)).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 1_024_000, 2_048_000, 3_600_000, 3_600_000, 3_600_000,
  ])
})

test("the wait varies by a quarter in each direction by default, so that jobs that failed together don't return together", async () => {
  const waits = await waitsMs(undefined, new Array(300).fill(3))
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(3_000)
  expect(Math.min(...waits)).toBeLessThan(3_300)
  expect(Math.max(...waits)).toBeGreaterThan(4_700)
  expect(Math.max(...waits)).toBeLessThanOrEqual(5_000)
  expect(new Set(waits).size).toBeGreaterThan(150)
})

test("a definition sets base, factor, ceiling and jitter", async () => {
  const backoff = { base: "2s", factor: 10, max: "1m", jitter: 0 }
  expect(await waitsMs(backoff, [1, 2, 3, 4])).toEqual([2_000, 20_000, 60_000, 60_000])
  expect(await waitsMs({ base: 5, factor: 1, jitter: 0 }, [1, 2, 3])).toEqual([5_000, 5_000, 5_000])

  const waits = await waitsMs({ base: "100s", jitter: 1 }, new Array(300).fill(1))
  expect(Math.min(...waits)).toBeLessThan(15_000)
  expect(Math.max(...waits)).toBeGreaterThan(185_000)
  expect(Math.max(...waits)).toBeLessThanOrEqual(200_000)
})

/** Milliseconds from the failure of an execution to its retry, for jobs of one definition that fail for the nth time. */
async function waitsMs(backoff: Backoff | undefined, retries: readonly number[]): Promise<number[]> {
  await database.pool.query("truncate sluice.jobs, sluice.failures")
  const failing = defineJob({
    name: "failing",
    maxAttempts: 1_000,
    ...(backoff && { backoff }),
    perform() {
      throw new Error("fails")
    },
  }) as AnyJobDefinition
  const { sluice, drainOnce } = drainable(database, [failing])
  const jobs = await sluice.enqueueMany(retries.map(() => ({ name: "failing" })))
  await database.pool.query(
    "update sluice.jobs j set attempts = g.retry - 1 from unnest($1::bigint[], $2::int[]) g (id, retry) where g.id = j.id",
    [jobs.map(({ id }) => id), retries],
  )
  expect(await drainOnce()).toMatchObject({ retried: retries.length })
  const rows = await database.rows(
    "select extract(epoch from j.run_at - f.ended_at)::float8 * 1000 as ms from sluice.jobs j join sluice.failures f on f.job_id = j.id order by j.id",
  )
  return rows.map(({ ms }) => Math.round(ms))
}
