import {
  type AnyJobDefinition,
  createSluice,
  type DrainOptions,
  type DrainSummary,
  drain,
  type Sluice,
} from "@sluice/core"
import type { TestDatabase } from "./database.ts"

/** A Sluice on the file's database, and its drain in this process. */
export function drainable(database: TestDatabase, jobs: readonly unknown[]) {
  const sluice: Sluice = createSluice({ database: database.pool, jobs: jobs as AnyJobDefinition[] })
  const drainOnce = (options: Partial<DrainOptions> = {}): Promise<DrainSummary> =>
    drain(sluice, { connect: database.connect, ...options })
  return { sluice, drainOnce }
}

/** Milliseconds left of an invocation of this length that begins now. */
export function countdown(totalMs: number): () => number {
  const endsAtMs = performance.now() + totalMs
  return () => endsAtMs - performance.now()
}
