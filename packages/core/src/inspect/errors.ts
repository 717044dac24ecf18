import { checkOptions } from "../checks/field.ts"
import { assertInteger, assertKnownKeys, isText, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { messagePattern, placeOf } from "../job/error-fingerprint.ts"
import { MOST_IDS } from "../job/job-filter.ts"
import { toIsoInstant } from "../job/option-values.ts"
import { dateOf } from "./date-of.ts"
import { ERROR_RANGE, fingerprintField, LIST_ERRORS, LIST_FAILURES } from "./fields.ts"

/** Failed executions that are alike: one class, one place, and messages that differ in values only. */
export interface ErrorGroup {
  readonly fingerprint: string
  /** Of the newest of them, as the next three. */
  readonly class: string
  readonly code: string | null
  readonly message: string
  /** A job that has failed so. */
  readonly jobId: string
  /** The message without the values in it. */
  readonly pattern: string
  /** Where in the app's code it was thrown: function and file. Null if the stack doesn't tell. */
  readonly place: string | null
  /** How many executions failed so in the range. */
  readonly failures: number
  /** Whether there are more: of a job name and outcome, 10,000 are counted. */
  readonly isCapped: boolean
  /** Those of them after which a job was discarded. */
  readonly discarded: number
  readonly firstAt: Date
  readonly lastAt: Date
  /** Up to 20 names of jobs, the one with the most failures first. */
  readonly names: readonly { readonly name: string; readonly failures: number }[]
}

export interface ErrorList {
  readonly since: Date
  readonly until: Date
  readonly groups: readonly ErrorGroup[]
  /** False if there are so many kinds of failures that not all were looked at. */
  readonly isWhole: boolean
}

export interface ErrorRange {
  /** Default: a day before `until`. */
  readonly since?: Date | string
  /** Default: now. */
  readonly until?: Date | string
}

export interface ListErrorsOptions extends ErrorRange {
  /** Only failures of jobs of this name. */
  readonly name?: string
  /** Which group comes first: that with the newest failure, or with the most. Default `"newest"`. */
  readonly order?: "newest" | "most"
  /** How many groups at most: up to 500. Default 100. */
  readonly limit?: number
}

/** A group with its newest stack, and how often it failed in each step of the range. */
export interface ErrorDetails extends ErrorGroup {
  readonly since: Date
  readonly until: Date
  readonly stack: string | null
  readonly stepMs: number
  /** How many failures ended in each step. */
  readonly trend: readonly number[]
  /** Since when `trend` counts: of many failures, the newest 50,000. */
  readonly trendFrom: Date
}

/** An execution that has failed. */
export interface Failure {
  readonly jobId: string
  readonly name: string
  readonly attempt: number
  readonly outcome: "retried" | "discarded" | "snoozed" | "interrupted"
  readonly at: Date
  readonly durationMs: number | null
  readonly waitMs: number | null
  readonly class: string
  readonly code: string | null
  readonly message: string
  /** What the drainer is called: on Lambda, the request id. */
  readonly drainer: string | null
}

export interface FailureList {
  readonly failures: readonly Failure[]
  /** Set if more may follow: pass it as `after`. */
  readonly next?: string
}

export interface ListFailuresOptions extends ErrorRange {
  /** Only those that ended so. */
  readonly outcome?: Failure["outcome"]
  /** How many at most: up to 10,000. Default 50. */
  readonly limit?: number
  /** `next` of the list that this one continues. */
  readonly after?: string
}

export interface ListDiscardedOptions extends ErrorRange {
  /** Leaves out so many of the newest: those that could not be retried, with the same `until` as before. Default 0. */
  readonly skip?: number
}

export async function listErrors(
  database: Queryable,
  schema: string,
  options: ListErrorsOptions = {},
): Promise<ErrorList> {
  checkOptions(LIST_ERRORS, options)
  const { name, order = "newest", limit = 100 } = options
  const range = rangeOf(options)
  const { groups, isWhole } = await readGroups(database, schema, range, {
    p_fingerprint: null,
    p_name: name ?? null,
    p_by_count: order === "most",
    p_limit: limit,
    p_stack: ENOUGH_FOR_THE_PLACE,
  })
  return { ...range, groups: groups.map(groupOf), isWhole }
}

const ENOUGH_FOR_THE_PLACE = 1_500
const MOST_STEPS = 60
const MOST_SKIPPED = 999_999_999

/** Undefined if no execution of the range has failed so. */
export async function readError(
  database: Queryable,
  schema: string,
  fingerprint: string,
  options: ErrorRange = {},
): Promise<ErrorDetails | undefined> {
  fingerprintField.assert(fingerprint, ["fingerprint"])
  checkOptions(ERROR_RANGE, options)
  const range = rangeOf(options)
  const { groups } = await readGroups(database, schema, range, {
    p_fingerprint: fingerprint,
    p_name: null,
    p_by_count: false,
    p_limit: 1,
    p_stack: 10_000,
  })
  const [group] = groups
  if (group === undefined) return undefined
  return {
    ...groupOf(group),
    ...range,
    stack: group.stack,
    ...(await readTrend(database, schema, fingerprint, range)),
  }
}

export async function listFailures(
  database: Queryable,
  schema: string,
  fingerprint: string,
  options: ListFailuresOptions = {},
): Promise<FailureList> {
  fingerprintField.assert(fingerprint, ["fingerprint"])
  checkOptions(LIST_FAILURES, options)
  const { outcome, limit = 50, after } = options
  const { since, until } = rangeOf(options)
  const place = after === undefined ? undefined : placeIn(after)
  const { text, values } = protocolCall(schema, "list_failures", {
    p_fingerprint: fingerprint,
    p_outcome: outcome ?? null,
    p_since: since.toISOString(),
    p_until: until.toISOString(),
    p_before: place?.at ?? null,
    p_before_job: place?.jobId ?? null,
    p_limit: limit,
  })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as failures`, values)
  const found: (Omit<Failure, "at"> & { at: string })[] = JSON.parse(rows[0].failures)
  const failures = found.map((failure) => ({ ...failure, at: new Date(failure.at) }))
  const last = found.at(-1)
  return { failures, ...(last && found.length === limit && { next: `${last.at}~${last.jobId}` }) }
}

/** Up to 10,000 ids, those discarded last first. */
export async function listDiscarded(
  database: Queryable,
  schema: string,
  fingerprint: string,
  options: ListDiscardedOptions = {},
): Promise<string[]> {
  fingerprintField.assert(fingerprint, ["fingerprint"])
  assertKnownKeys(options, ["since", "until", "skip"], ["options"])
  const { skip = 0 } = options
  assertInteger(skip, ["skip"], 0, MOST_SKIPPED)
  const { since, until } = rangeOf(options)
  const { text, values } = protocolCall(schema, "list_discarded", {
    p_fingerprint: fingerprint,
    p_since: since.toISOString(),
    p_until: until.toISOString(),
    p_limit: MOST_IDS,
    p_skip: skip,
  })
  const { rows } = await database.query(
    `select pg_catalog.to_json(${text}::pg_catalog.text[])::pg_catalog.text as ids`,
    values,
  )
  return [...new Set<string>(JSON.parse(rows[0].ids))]
}

/** As the SQL function `list_errors` returns them. */
interface GroupRow extends Omit<ErrorGroup, "pattern" | "place" | "firstAt" | "lastAt"> {
  readonly firstAt: string
  readonly lastAt: string
  readonly stack: string | null
}

interface Groups {
  p_fingerprint: string | null
  p_name: string | null
  p_by_count: boolean
  p_limit: number
  p_stack: number
}

async function readGroups(
  database: Queryable,
  schema: string,
  { since, until }: Range,
  wanted: Groups,
): Promise<{ groups: GroupRow[]; isWhole: boolean }> {
  const { text, values } = protocolCall(schema, "list_errors", {
    p_fingerprint: wanted.p_fingerprint,
    p_name: wanted.p_name,
    p_since: since.toISOString(),
    p_until: until.toISOString(),
    p_by_count: wanted.p_by_count,
    p_limit: wanted.p_limit,
    p_stack: wanted.p_stack,
  })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as errors`, values)
  return JSON.parse(rows[0].errors)
}

function groupOf({ stack, firstAt, lastAt, ...row }: GroupRow): ErrorGroup {
  return {
    ...row,
    pattern: messagePattern(row.message),
    place: placeOf(stack) ?? null,
    firstAt: new Date(firstAt),
    lastAt: new Date(lastAt),
  }
}

async function readTrend(
  database: Queryable,
  schema: string,
  fingerprint: string,
  { since, until }: Range,
): Promise<Pick<ErrorDetails, "stepMs" | "trend" | "trendFrom">> {
  const stepMs = Math.ceil((until.getTime() - since.getTime()) / MOST_STEPS)
  const { text, values } = protocolCall(schema, "trend_of_error", {
    p_fingerprint: fingerprint,
    p_since: since.toISOString(),
    p_until: until.toISOString(),
    p_step_ms: stepMs,
  })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as trend`, values)
  const { counts, fromAt }: { counts: [step: number, failures: number][]; fromAt: string | null } =
    JSON.parse(rows[0].trend)
  const trend = Array.from({ length: MOST_STEPS }, () => 0)
  for (const [step, failures] of counts) trend[Math.min(step, MOST_STEPS - 1)] = failures
  return { stepMs, trend, trendFrom: dateOf(fromAt) ?? since }
}

interface Range {
  readonly since: Date
  readonly until: Date
}

const A_DAY_MS = 86_400_000
/** The clock of the database may be ahead. */
const A_MINUTE_MS = 60_000

function rangeOf({ since, until }: ErrorRange): Range {
  const end =
    until === undefined ? new Date(Date.now() + A_MINUTE_MS) : new Date(toIsoInstant(until, ["until"]))
  const begin =
    since === undefined ? new Date(end.getTime() - A_DAY_MS) : new Date(toIsoInstant(since, ["since"]))
  if (begin >= end) refuse("invalid_option", since, ["since"], "an instant before `until`")
  return { since: begin, until: end }
}

function placeIn(after: string): { at: string; jobId: string } {
  const [, at, jobId] = (isText(after, 100) && /^([0-9T:.+-]{20,40})~(\d{1,15})$/.exec(after)) || []
  if (at === undefined || jobId === undefined || Number.isNaN(Date.parse(at)))
    return refuse("invalid_option", after, ["after"], "the last `next`")
  return { at, jobId }
}
