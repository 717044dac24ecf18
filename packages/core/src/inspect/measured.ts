import { type Duration, durationMs } from "../checks/duration.ts"
import type { ObjectField } from "../checks/field.ts"
import { refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { toIsoInstant } from "../job/option-values.ts"
import { addHistograms, type Histogram, percentile } from "../measures/histogram.ts"
import { MEASURED, STEPPED } from "./fields.ts"

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
   * How long one point is: whole minutes. From an hour on, whole hours. Default: the shortest of 1 and 10 minutes, 1, 6 and 24 hours with
   * which there are at most 150 points.
   */
  readonly step?: Duration
}

const AN_HOUR_MS = 3_600_000
const A_MINUTE_MS = 60_000
const STEPS_MS = [1, 10, 60, 360, 1440].map((minutes) => minutes * A_MINUTE_MS)
const USUAL_POINTS = 150
const MOST_POINTS = 1_500

/** Executions are summed up by these: the longer ones are kept for longer, and are fewer to read. */
const SPANS_MS = [1440, 60, 10, 1].map((minutes) => minutes * A_MINUTE_MS)
/** A range without steps is read in the longest spans of which it has this many. */
const LEAST_SPANS = 80
/** Or these, and longer ones within it, of which it has at least this many. */
const LEAST_WIDE_SPANS = 6

export interface Range {
  readonly sinceMs: number
  readonly untilMs: number
}

export interface SteppedRange extends Range {
  readonly stepMs: number
}

/** The range that the options mean, in whole minutes. */
export function checkMeasuredOptions(options: MeasuredOptions, known: ObjectField = MEASURED): Range {
  known.assert(options, [])
  const { since, until } = options
  const endMs = until === undefined ? Date.now() : Date.parse(toIsoInstant(until, ["until"]))
  const beginMs = since === undefined ? endMs - AN_HOUR_MS : Date.parse(toIsoInstant(since, ["since"]))
  if (beginMs >= endMs) refuse("invalid_option", since, ["since"], "an instant before `until`")
  return { sinceMs: floor(beginMs, A_MINUTE_MS), untilMs: ceil(endMs, A_MINUTE_MS) }
}

/** The same in whole steps: those that the options say, or the shortest usual ones of which there are at most `points`. */
export function checkSteppedOptions(options: SteppedOptions, points = USUAL_POINTS): SteppedRange {
  const { sinceMs, untilMs } = checkMeasuredOptions(options, STEPPED)
  const stepMs = options.step === undefined ? usualStepMs(untilMs - sinceMs, points) : checkStep(options.step)
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

/** When each step begins, in milliseconds since 1970. */
export function startsOf({ sinceMs, untilMs, stepMs }: SteppedRange): number[] {
  return Array.from({ length: (untilMs - sinceMs) / stepMs }, (_, place) => sinceMs + place * stepMs)
}

export function datesOf({ sinceMs, untilMs, stepMs }: SteppedRange) {
  return { since: new Date(sinceMs), until: new Date(untilMs), stepMs }
}

function usualStepMs(rangeMs: number, points: number): number {
  return STEPS_MS.find((stepMs) => rangeMs / stepMs <= points) ?? (STEPS_MS.at(-1) as number)
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

/** What the SQL function `read_measures` tells of one step, one name or one queue. */
export interface Sums extends OutcomeCounts {
  /** In seconds since 1970; null: of the whole range. */
  readonly at: number | null
  readonly of: string | null
  readonly busy_ms: number
  readonly billed_mb_ms: number
  readonly runs: Histogram | null
  readonly waits: Histogram | null
  readonly last_at: number
  readonly queues: string[] | null
}

export async function readSums(
  database: Queryable,
  schema: string,
  range: Range & { readonly stepMs?: number },
  which: {
    readonly by?: "name" | "queue"
    readonly name?: string | undefined
    readonly queue?: string | undefined
  },
): Promise<Sums[]> {
  const spanMs = spanOf(range)
  const { text, values } = protocolCall(schema, "read_measures", {
    p_since: new Date(floor(range.sinceMs, spanMs)).toISOString(),
    p_until: new Date(ceil(range.untilMs, spanMs)).toISOString(),
    p_span_s: spanMs / 1_000,
    p_wide_s: wideSpanS(range, spanMs),
    p_step_s: range.stepMs === undefined ? null : range.stepMs / 1_000,
    p_by: which.by ?? null,
    p_name: which.name ?? null,
    p_queue: which.queue ?? null,
  })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as sums`, values)
  return JSON.parse(rows[0].sums)
}

/** The longest that a step has a whole number of; without steps, the longest of which the range has enough to be told exactly. */
export function spanOf({ sinceMs, untilMs, stepMs }: Range & { readonly stepMs?: number }): number {
  const isFine = (spanMs: number) =>
    stepMs === undefined ? (untilMs - sinceMs) / spanMs >= LEAST_SPANS : stepMs % spanMs === 0
  return SPANS_MS.find(isFine) ?? A_MINUTE_MS
}

/**
 * The next longer one, where the range without steps has some of them: only at its ends are the shorter ones needed then. A day of thousands
 * of names is read by hours.
 */
function wideSpanS(range: Range & { readonly stepMs?: number }, spanMs: number): number | null {
  if (range.stepMs !== undefined) return null
  const wideMs = SPANS_MS[SPANS_MS.indexOf(spanMs) - 1]
  return wideMs === undefined || (range.untilMs - range.sinceMs) / wideMs < LEAST_WIDE_SPANS
    ? null
    : wideMs / 1_000
}

function failuresOf({ retried, discarded, interrupted }: OutcomeCounts): number {
  return retried + discarded + interrupted
}

function executionsOf({ succeeded, canceled, snoozed, ...failed }: OutcomeCounts): number {
  return succeeded + canceled + snoozed + failuresOf(failed as OutcomeCounts)
}

/** What several sums come to together; of none, nothing. */
export function measuredOf(sums: readonly Sums[]): Measured {
  const total = (key: keyof OutcomeCounts | "busy_ms" | "billed_mb_ms") =>
    sums.reduce((sum, one) => sum + one[key], 0)
  const counts: OutcomeCounts = {
    succeeded: total("succeeded"),
    retried: total("retried"),
    discarded: total("discarded"),
    canceled: total("canceled"),
    snoozed: total("snoozed"),
    interrupted: total("interrupted"),
  }
  const executions = executionsOf(counts)
  return {
    executions,
    ...counts,
    failureRate: executions === 0 ? null : failuresOf(counts) / executions,
    waitMs: percentilesOf(sums.map(({ waits }) => waits)),
    runMs: percentilesOf(sums.map(({ runs }) => runs)),
    busyMs: total("busy_ms"),
    gbSeconds: total("billed_mb_ms") / 1_024 / 1_000,
  }
}

function percentilesOf(histograms: readonly (Histogram | null)[]): Percentiles {
  const sum = addHistograms(histograms)
  return { p50: percentile(sum, 0.5), p95: percentile(sum, 0.95), p99: percentile(sum, 0.99) }
}
