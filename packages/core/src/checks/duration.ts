import { InvalidInputError } from "../errors.ts"
import { shownValue } from "./format-value.ts"

/**
 * A length of time: a number of seconds, or a string such as `"500ms"`, `"30s"`, `"5m"`, `"1h30m"`, `"2d"`. Text from
 * outside the program becomes one with `durationMs(text) / 1_000`.
 */
export type Duration = number | Part | `${Part}${Part}` | `${Part}${Part}${Part}`

type Part = `${number}${"ms" | "s" | "m" | "h" | "d"}`

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
/** The same as in the SQL function `duration_ms`; test/enqueue/surfaces.test.ts runs the same cases against both. */
const DURATION = /^(?:\d{1,15}(?:\.\d{1,15})?(?:ms|s|m|h|d)){1,10}$/
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g

/** A hundred years: anything longer is a mistake. */
export const LONGEST_MS = 36_525 * 86_400_000

/** Milliseconds of a duration, rounded. Throws `InvalidInputError` (`invalid_duration`) for anything else. */
export function durationMs(duration: Duration | string, path: readonly (string | number)[] = []): number {
  const ms = typeof duration === "number" ? duration * 1_000 : sumOfParts(duration)
  if (!(ms >= 0 && ms <= LONGEST_MS)) {
    throw new InvalidInputError(
      "invalid_duration",
      `${path.join(".") || "The duration"} is ${shownValue(duration)}: give a number of seconds, 0 or more, or a string such as "500ms", "30s", "5m", "1h30m", "2d", up to 100 years`,
      { path },
    )
  }
  return Math.floor(ms + 0.5) // rounds halves up, also in SQL
}

/** Milliseconds of a duration that must be within bounds. */
export function boundedMs(
  duration: Duration | string,
  path: readonly (string | number)[],
  leastMs: number,
  mostMs: number,
): number {
  const ms = durationMs(duration, path)
  if (ms >= leastMs && ms <= mostMs) return ms
  throw new InvalidInputError(
    "invalid_duration",
    `${path.join(".")} is ${shownValue(duration)}: give ${leastMs / 1_000} to ${mostMs / 1_000} seconds`,
    { path },
  )
}

function sumOfParts(text: unknown): number {
  if (typeof text !== "string" || !DURATION.test(text)) return Number.NaN
  let sum = 0
  for (const [, amount, unit] of text.matchAll(PART))
    sum += Number(amount) * (UNIT_MS[unit as string] as number)
  return sum
}
