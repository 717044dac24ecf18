import { type Duration, durationMs } from "../checks/duration.ts"
import { noPromise } from "../checks/no-promise.ts"
import { assertKnownKeys, isRecord, refuse } from "../checks/validate.ts"

/**
 * The wait before the next attempt: a duration, which is the same each time; a strategy with its defaults; a strategy with
 * settings; or a function of the number of failures so far, 1 for the first, and the error.
 */
export type Backoff<Thrown = unknown> =
  | Duration
  | BackoffStrategy
  | BackoffSettings
  | ((failures: number, error: Thrown) => Duration)

/**
 * How the wait grows with the number of failures n: `constant` stays at `base`, `linear` is base × n, `polynomial` is
 * base × n⁴, as in ActiveJob and Delayed::Job, and `exponential` is base × factor^(n−1).
 */
export type BackoffStrategy = "constant" | "linear" | "polynomial" | "exponential"

export interface BackoffSettings {
  /** Default `"polynomial"`. */
  readonly strategy?: BackoffStrategy
  /** Wait before the first retry. Default `"1s"`. */
  readonly base?: Duration
  /** Growth of an exponential wait, 1 to 100. Default 2. */
  readonly factor?: number
  /** Longest wait, before jitter. Default `"7d"`. */
  readonly max?: Duration
  /**
   * Share of the wait that is random, 0 to 1: it is spread evenly over ± this share of itself. Default 0.25, so that jobs
   * that failed together don't return together. Waits that a function returns have none.
   */
  readonly jitter?: number
}

const DEFAULTS = { strategy: "polynomial", base: "1s", factor: 2, max: "7d", jitter: 0.25 } as const

/** Milliseconds to wait after failure `n`, 1 for the first. Throws `InvalidInputError` for a function's invalid duration. */
export function backoffMs(
  backoff: Backoff | undefined,
  n: number,
  error: unknown,
  ownJitter?: number,
): number {
  if (typeof backoff === "function") return durationMs(noPromise(backoff(n, error)), ["backoff"])
  const { strategy, base, factor, max, jitter } = { ...DEFAULTS, ...settingsOf(backoff) }
  const waitMs = Math.min(durationMs(base) * growthOf(strategy, factor, n), durationMs(max))
  return Math.round(waitMs * (1 + (ownJitter ?? jitter) * (2 * Math.random() - 1)))
}

function settingsOf(backoff: Duration | BackoffStrategy | BackoffSettings = {}): BackoffSettings {
  if (typeof backoff === "object") return backoff
  return isStrategy(backoff) ? { strategy: backoff } : { strategy: "constant", base: backoff, max: backoff }
}

function growthOf(strategy: BackoffStrategy, factor: number, n: number): number {
  switch (strategy) {
    case "constant":
      return 1
    case "linear":
      return n
    case "polynomial":
      return n ** 4
    case "exponential":
      return factor ** (n - 1)
  }
}

const STRATEGIES = ["constant", "linear", "polynomial", "exponential"] satisfies readonly BackoffStrategy[]

function isStrategy(value: unknown): value is BackoffStrategy {
  return (STRATEGIES as readonly unknown[]).includes(value)
}

const BACKOFF_KEYS = [
  "strategy",
  "base",
  "factor",
  "max",
  "jitter",
] satisfies readonly (keyof BackoffSettings)[]

/** Checks a backoff as it is defined. What a function returns is checked when it is called. */
export function assertBackoff(backoff: unknown, path: readonly string[]): void {
  if (backoff === undefined || typeof backoff === "function" || isStrategy(backoff)) return
  if (isRecord(backoff)) assertSettings(backoff, path)
  else assertConstant(backoff, path)
}

function assertSettings(backoff: BackoffSettings, path: readonly string[]): void {
  assertKnownKeys(backoff, BACKOFF_KEYS, path)
  const { strategy, base, factor, max, jitter } = backoff
  if (strategy !== undefined && !isStrategy(strategy))
    refuse("invalid_option", strategy, [...path, "strategy"], STRATEGIES.join(", "))
  if (base !== undefined) durationMs(base, [...path, "base"])
  if (max !== undefined) durationMs(max, [...path, "max"])
  if (factor !== undefined && strategy !== "exponential")
    refuse("invalid_option", factor, [...path, "factor"], `it together with strategy: "exponential"`)
  assertNumber(factor, [...path, "factor"], 1, 100)
  assertNumber(jitter, [...path, "jitter"], 0, 1)
}

function assertConstant(backoff: unknown, path: readonly string[]): void {
  if (typeof backoff === "number" || /^\d/.test(String(backoff))) durationMs(backoff as Duration, path)
  else refuse("invalid_option", backoff, path, `a duration, ${STRATEGIES.join(", ")}, settings or a function`)
}

function assertNumber(value: number | undefined, path: readonly string[], least: number, most: number): void {
  if (value !== undefined && !(value >= least && value <= most))
    refuse("invalid_option", value, path, `a number from ${least} to ${most}`)
}
