import { durationMs } from "../checks/duration.ts"
import {
  assertInteger,
  assertKnownKeys,
  assertOneOf,
  assertText,
  isRecord,
  refuse,
} from "../checks/validate.ts"
import type { Rate, RateLimit } from "./job-options.ts"

const SHORTEST_MS = 1_000
const LONGEST_MS = 31 * 86_400_000
const MOST_STARTS = 1_000_000
const LIMIT_KEYS = ["limit", "per", "burst"] satisfies readonly (keyof RateLimit)[]

/** Checks the option `rate` of a call. As in SQL, an error has the path of the whole option. */
export function assertRateLimit(
  rate: unknown,
  path: readonly string[],
): asserts rate is RateLimit | undefined {
  if (rate === undefined) return
  const isKnown =
    isRecord(rate) && Object.keys(rate).every((key) => LIMIT_KEYS.some((known) => known === key))
  if (
    isKnown &&
    areStarts(rate.limit, MOST_STARTS) &&
    areStarts(rate.burst ?? 1, rate.limit) &&
    isPeriod(rate)
  )
    return
  const expected = `an object of limit (1 to ${MOST_STARTS}), per (a duration from "1s" to "31d") and optionally burst (1 to limit)`
  refuse("invalid_option", rate, path, expected)
}

function areStarts(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most
}

function isPeriod({ per, burst }: Record<string, unknown>): boolean {
  if (burst === null) return false
  try {
    const ms = durationMs(per as string)
    return ms >= SHORTEST_MS && ms <= LONGEST_MS
  } catch {
    return false
  }
}

/** Checks the rate of a definition. */
export function assertRate(rate: Rate<never> | undefined, path: readonly string[]): void {
  if (rate === undefined) return
  assertKnownKeys(rate, [...LIMIT_KEYS, "key", "by"], path)
  const { key, by, ...limit } = rate
  if (typeof key !== "function") assertText(key, [...path, "key"])
  assertOneOf(by, [...path, "by"], ["name", "queue"])
  if (key !== undefined && by !== undefined)
    refuse("invalid_option", by, [...path, "by"], "key or by, not both")
  assertInteger(limit.limit, [...path, "limit"], 1, MOST_STARTS)
  assertRateLimit(limit, path)
}

/** As the SQL functions take it. */
export function rateJson({ limit, per, burst = limit }: RateLimit) {
  return { starts: limit, per_ms: durationMs(per), burst }
}
