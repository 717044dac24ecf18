import { type Duration, durationMs } from "../checks/duration.ts"
import { assertKnownKeys, refuse } from "../checks/validate.ts"

/** The wait before retry n (1 for the first): `min(base × factor^(n−1), max)`, spread evenly over ±`jitter` of itself. */
export interface Backoff {
  /** Wait before the first retry. Default `"1s"`. */
  readonly base?: Duration
  /** Growth from one wait to the next. Default 2. */
  readonly factor?: number
  /** Longest wait. Default `"1h"`. */
  readonly max?: Duration
  /** Share of the wait that is random, 0 to 1. Default 0.25, so that jobs that failed together don't return together. */
  readonly jitter?: number
}

/** Milliseconds to wait before retry `n`, 1 for the first. */
export function backoffMs(backoff: Backoff | undefined, n: number): number {
  const { base = "1s", factor = 2, max = "1h", jitter = 0.25 } = backoff ?? {}
  const waitMs = Math.min(durationMs(base) * factor ** (n - 1), durationMs(max))
  return Math.round(waitMs * (1 + jitter * (2 * Math.random() - 1)))
}

const BACKOFF_KEYS = ["base", "factor", "max", "jitter"] satisfies readonly (keyof Backoff)[]

export function assertBackoff(backoff: Backoff, path: readonly string[]): void {
  assertKnownKeys(backoff, BACKOFF_KEYS, path)
  if (backoff.base !== undefined) durationMs(backoff.base, [...path, "base"])
  if (backoff.max !== undefined) durationMs(backoff.max, [...path, "max"])
  const { factor = 2, jitter = 0 } = backoff
  if (!(factor >= 1 && factor <= 100))
    refuse("invalid_option", factor, [...path, "factor"], "a number from 1 to 100")
  if (!(jitter >= 0 && jitter <= 1))
    refuse("invalid_option", jitter, [...path, "jitter"], "a number from 0 to 1")
}
