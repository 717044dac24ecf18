import { type Duration, durationMs } from "../checks/duration.ts"
import { assertKnownKeys, assertName, refuse } from "../checks/validate.ts"
import { toIsoInstant } from "../job/option-values.ts"

/** How executions ended. One job that is retried twice has three. */
export interface OutcomeCounts {
  readonly succeeded: number
  readonly retried: number
  readonly discarded: number
  readonly canceled: number
  readonly snoozed: number
  /** Their drainers died. */
  readonly interrupted: number
}

/** In milliseconds, within 4.5 %. Null where nothing was measured. */
export interface Percentiles {
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

/** What the executions of a time came to. An execution belongs to the minute in which it ended, by the database's clock. */
export interface Measured extends OutcomeCounts {
  /** All of them. */
  readonly executions: number
  /** The share of those that were retried, discarded or interrupted, from 0 to 1. Null where there were no executions. */
  readonly failureRate: number | null
  /** From when a job was due to the start of its execution. */
  readonly waitMs: Percentiles
  /** How long executions took. */
  readonly runMs: Percentiles
  /** The sum of that. */
  readonly busyMs: number
  /**
   * What was billed for them, where drains told their memory (Lambda): each minute of a drain is shared among the jobs that ended in
   * it, in proportion to their run time. 0 elsewhere.
   */
  readonly gbSeconds: number
}

/** What is measured where. */
export interface MeasuredOptions {
  /** Default: an hour before `until`. */
  readonly since?: Date | string
  /** Default: now. */
  readonly until?: Date | string
  /** Only jobs of this name. */
  readonly name?: string
  /** Only jobs of this queue. */
  readonly queue?: string
}

export interface SteppedOptions extends MeasuredOptions {
  /**
   * How long one point is: whole minutes. From an hour on, whole hours. Default: the shortest of 1, 5, 10, 30 minutes, 1, 6 and 24
   * hours with which there are at most 120 points.
   */
  readonly step?: Duration
}

const MEASURED_OPTIONS = ["since", "until", "name", "queue"] as const
const AN_HOUR_MS = 3_600_000
const A_MINUTE_MS = 60_000
const STEPS_MS = [1, 5, 10, 30, 60, 360, 1440].map((minutes) => minutes * A_MINUTE_MS)
const USUAL_POINTS = 120
const MOST_POINTS = 1_500

export interface Range {
  readonly sinceMs: number
  readonly untilMs: number
}

export interface SteppedRange extends Range {
  readonly stepMs: number
}

/** The range that the options mean, in whole minutes. */
export function checkMeasuredOptions(options: MeasuredOptions, others: readonly string[] = []): Range {
  assertKnownKeys(options, [...MEASURED_OPTIONS, ...others], ["options"])
  const { since, until, name, queue } = options
  if (name !== undefined) assertName(name, ["name"])
  if (queue !== undefined) assertName(queue, ["queue"])
  const endMs = until === undefined ? Date.now() : Date.parse(toIsoInstant(until, ["until"]))
  const beginMs = since === undefined ? endMs - AN_HOUR_MS : Date.parse(toIsoInstant(since, ["since"]))
  if (beginMs >= endMs) refuse("invalid_option", since, ["since"], "an instant before `until`")
  return { sinceMs: floor(beginMs, A_MINUTE_MS), untilMs: ceil(endMs, A_MINUTE_MS) }
}

/** The same in whole steps. */
export function checkSteppedOptions(options: SteppedOptions): SteppedRange {
  const { sinceMs, untilMs } = checkMeasuredOptions(options, ["step"])
  const stepMs = options.step === undefined ? usualStepMs(untilMs - sinceMs) : checkStep(options.step)
  const range = { sinceMs: floor(sinceMs, stepMs), untilMs: ceil(untilMs, stepMs), stepMs }
  if ((range.untilMs - range.sinceMs) / stepMs > MOST_POINTS)
    refuse(
      "invalid_option",
      options.step,
      ["step"],
      `a longer one: at most ${MOST_POINTS} fit into the range`,
    )
  return range
}

function usualStepMs(rangeMs: number): number {
  return STEPS_MS.find((stepMs) => rangeMs / stepMs <= USUAL_POINTS) ?? (STEPS_MS.at(-1) as number)
}

function checkStep(step: Duration): number {
  const stepMs = durationMs(step, ["step"])
  const unitMs = stepMs < AN_HOUR_MS ? A_MINUTE_MS : AN_HOUR_MS
  if (stepMs === 0 || stepMs % unitMs !== 0 || stepMs > 31 * 24 * AN_HOUR_MS)
    refuse("invalid_option", step, ["step"], "whole minutes or, from an hour on, whole hours, up to 31 days")
  return stepMs
}

function floor(atMs: number, unitMs: number): number {
  return Math.floor(atMs / unitMs) * unitMs
}

function ceil(atMs: number, unitMs: number): number {
  return Math.ceil(atMs / unitMs) * unitMs
}
