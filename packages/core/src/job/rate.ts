import { durationMs } from "../checks/duration.ts"
import { durationFrom, type FieldsOf, integer, type ObjectField, object, required } from "../checks/field.ts"
import {
  assertInteger,
  assertKnownKeys,
  assertOneOf,
  assertText,
  isRecord,
  type Path,
  refuse,
} from "../checks/validate.ts"
import type { Rate, RateLimit } from "./job-options.ts"

const SHORTEST_MS = 1_000
const LONGEST_MS = 31 * 86_400_000
const MOST_STARTS = 1_000_000

export const RATE_LIMIT = {
  limit: required(integer(1, MOST_STARTS)),
  per: required(durationFrom(SHORTEST_MS, LONGEST_MS)),
  burst: integer(1, MOST_STARTS),
} satisfies FieldsOf<RateLimit>

/** The option `rate` of a call. As in SQL, an error has the path of the whole option. */
export const rateLimit: ObjectField<typeof RATE_LIMIT> = { ...object(RATE_LIMIT), assert: assertRateLimit }

const LIMIT_KEYS = Object.keys(RATE_LIMIT)

function assertRateLimit(rate: unknown, path: Path): asserts rate is RateLimit {
  const isKnown = isRecord(rate) && Object.keys(rate).every((key) => LIMIT_KEYS.includes(key))
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
