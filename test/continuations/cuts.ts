import type { DrainOptions, DrainSummary } from "@sluice/core"
import { defineJob } from "@sluice/core"
import type { TestDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

/**
 * A Sluice whose drains reach their deadline when a job says so. Each drain performs a second job, the bell, that ends
 * with the deadline, so that the drain looks at its time at once.
 */
export function cuttable(database: TestDatabase, jobs: readonly unknown[]) {
  let remainingMs = 0
  let ring = () => {}
  let rung = Promise.resolve()
  const bell = defineJob({ name: "bell", perform: () => rung })
  const { sluice, drainOnce } = drainable(database, [...jobs, bell])
  return {
    sluice,
    drainOnce,
    /** Ends in the middle of what the job does when it calls `cut`, and awaits it. */
    async drainUntilCut(options: Partial<DrainOptions> = {}): Promise<DrainSummary> {
      remainingMs = 20_000
      rung = new Promise((resolve) => {
        ring = resolve
      })
      await bell.enqueue({})
      return drainOnce({ ...options, remainingMs: () => remainingMs })
    },
    /** The invocation's time is up, but for what is kept for ending. Resolves when the job's signal says so. */
    cut(signal: AbortSignal): Promise<void> {
      const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()))
      remainingMs = 1_900
      ring()
      return aborted
    },
  }
}

/** Makes waiting jobs due. */
export async function makeDue(database: TestDatabase): Promise<void> {
  await database.pool.query("update sluice.jobs set run_at = now()")
}

/** The names in `progress`, in the order they were saved. */
export async function savedNames(database: TestDatabase): Promise<string[]> {
  const rows = await database.rows("select name from sluice.progress order by saved_at, name")
  return rows.map(({ name }) => name)
}
