import type { Backoff } from "./definition.ts"
import { durationMs } from "./duration.ts"
import { assertKnownKeys, refuse } from "./validate.ts"

/**
 * Milliseconds to wait before retry `n` (1 for the first): exponential with a ceiling, spread by jitter.
 * `random` gives a number from 0 to 1.
 */
export function backoffMs(
  backoff: Backoff | undefined,
  n: number,
  random: () => number = Math.random,
): number {
  const { base = "1s", factor = 2, max = "1h", jitter = 0.25 } = backoff ?? {}
  const waitMs = Math.min(durationMs(base) * factor ** (n - 1), durationMs(max))
  return Math.round(waitMs * (1 + jitter * (2 * random() - 1)))
}

export function assertBackoff(backoff: Backoff, path: readonly string[]): void {
  assertKnownKeys(backoff, ["base", "factor", "max", "jitter"], path)
  if (backoff.base !== undefined) durationMs(backoff.base, [...path, "base"])
  if (backoff.max !== undefined) durationMs(backoff.max, [...path, "max"])
  const { factor = 2, jitter = 0 } = backoff
  if (!(factor >= 1 && factor <= 100))
    refuse("invalid_option", factor, [...path, "factor"], "a number from 1 to 100")
  if (!(jitter >= 0 && jitter <= 1))
    refuse("invalid_option", jitter, [...path, "jitter"], "a number from 0 to 1")
}
