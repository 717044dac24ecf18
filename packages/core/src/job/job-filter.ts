import { assertKnownKeys, assertName, assertText, isRecord, isText, refuse } from "../checks/validate.ts"
import { toPgTextArray } from "../database/array-literal.ts"
import { assertBatchId } from "./batch-id.ts"
import { assertJobId } from "./job-id.ts"
import { JOB_STATES, type JobState } from "./job-options.ts"
import { toIsoInstant } from "./option-values.ts"
import { MAX_METADATA_BYTES, toJson } from "./payload.ts"

/** Which jobs are meant: those to which all of it applies. */
export interface JobFilter {
  /** Up to 10,000. */
  readonly ids?: readonly string[]
  /** Of a list, one applies; the same with `name` and `queue`. */
  readonly state?: JobState | readonly JobState[]
  readonly name?: string | readonly string[]
  readonly queue?: string | readonly string[]
  /** One of the job's tags. */
  readonly tag?: string
  /** What the job's metadata contains. */
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly uniqueKey?: string
  readonly concurrencyKey?: string
  /** The unique key, or one of the concurrency keys. */
  readonly key?: string
  /**
   * The name of an error with which one of the job's executions has failed. Of a job that has succeeded without a failed attempt since
   * its last checkpoint, earlier ones aren't looked at.
   */
  readonly errorClass?: string
  /**
   * What the payload has at a path, or the two as text, such as `"order.id:17"`. Not found are payloads in the store of
   * `createSluice({ payloads })`.
   */
  readonly input?: InputCondition | string
  /** The id of the batch that the job is one of. */
  readonly batch?: string
  readonly enqueuedBefore?: Date | string
  /** Then, or later. */
  readonly enqueuedAfter?: Date | string
  /** The job has finished then, or later. Of one that is unfinished: it was enqueued then, or later. */
  readonly since?: Date | string
  /** The same, before then. */
  readonly until?: Date | string
}

/** A value in the payload. */
export interface InputCondition {
  /** The keys that lead to it, with dots between them: `order.lines.0.sku`. */
  readonly path: string
  readonly value: string | number | boolean | null
}

const CONDITIONS = [
  "ids",
  "state",
  "name",
  "queue",
  "tag",
  "metadata",
  "uniqueKey",
  "concurrencyKey",
  "key",
  "errorClass",
  "input",
  "batch",
  "enqueuedBefore",
  "enqueuedAfter",
  "since",
  "until",
] satisfies readonly (keyof JobFilter)[]

export const MOST_IDS = 10_000

/** Checks the conditions, and returns those other than ids as JSON. */
export function checkFilter(filter: JobFilter): { ids: readonly string[] | undefined; json: string } {
  assertKnownKeys(filter, CONDITIONS, ["filter"])
  const { ids, state, name, queue, tag, metadata, uniqueKey, concurrencyKey, key, errorClass, batch } = filter
  if (ids !== undefined) assertIds(ids)
  assertEach(state, "state", assertState)
  assertEach(name, "name", assertName)
  assertEach(queue, "queue", assertName)
  if (tag !== undefined && !isText(tag, 128))
    refuse("invalid_option", tag, ["filter", "tag"], "text of 1 to 128 characters")
  // an empty one would match all jobs that have any
  if (metadata !== undefined && !(isRecord(metadata) && Object.keys(metadata).length > 0))
    refuse("invalid_option", metadata, ["filter", "metadata"], "a JSON object with one or more keys")
  assertText(uniqueKey, ["filter", "uniqueKey"])
  assertText(concurrencyKey, ["filter", "concurrencyKey"])
  assertText(key, ["filter", "key"])
  assertText(errorClass, ["filter", "errorClass"])
  if (batch !== undefined) assertBatchId(batch, ["filter", "batch"])
  const plain = { state, name, queue, tag, uniqueKey, concurrencyKey, key, errorClass, batch }
  const input = inputOf(filter.input)
  const times = {
    enqueuedBefore: instantOf(filter, "enqueuedBefore"),
    enqueuedAfter: instantOf(filter, "enqueuedAfter"),
    since: instantOf(filter, "since"),
    until: instantOf(filter, "until"),
  }
  if (metadata !== undefined) toJson(metadata, ["filter", "metadata"], MAX_METADATA_BYTES)
  return { ids, json: JSON.stringify({ ...plain, ...times, input, metadata }) }
}

/** The states of a filter; undefined: any. */
export function statesOf({ state }: JobFilter): readonly JobState[] | undefined {
  return typeof state === "string" ? [state] : state
}

const MOST_ALTERNATIVES = 100

function assertEach(
  given: unknown,
  condition: "state" | "name" | "queue",
  assert: (one: unknown, path: readonly (string | number)[]) => void,
): void {
  if (given === undefined) return
  const path = ["filter", condition]
  if (!Array.isArray(given)) {
    assert(given, path)
    return
  }
  if (given.length === 0 || given.length > MOST_ALTERNATIVES)
    refuse("invalid_option", given, path, `one, or a list of 1 to ${MOST_ALTERNATIVES}`)
  for (const [index, one] of given.entries()) assert(one, [...path, index])
}

function assertState(state: unknown, path: readonly (string | number)[]): void {
  if (!JOB_STATES.includes(state as JobState))
    refuse("invalid_option", state, path, `one of ${JOB_STATES.join(", ")}`)
}

const LONGEST_INPUT = 1_024

/** The condition as SQL takes it: the path as an array of it, and the value as text, which is what is compared. */
function inputOf(given: JobFilter["input"]): { path: string; value: string } | undefined {
  if (given === undefined) return undefined
  const condition = typeof given === "string" ? splitInput(given) : given
  if (!isInput(condition))
    refuse("invalid_option", given, ["filter", "input"], 'a path and a value, such as "order.id:17"')
  return { path: toPgTextArray(condition.path.split(".")), value: String(condition.value) }
}

function isInput(condition: unknown): condition is InputCondition {
  if (!isRecord(condition)) return false
  const { path, value, ...others } = condition
  const isValue = value === null || ["string", "number", "boolean"].includes(typeof value)
  const text = String(value)
  const isShort = text === "" || isText(text, LONGEST_INPUT)
  return isText(path, LONGEST_INPUT) && isValue && isShort && Object.keys(others).length === 0
}

function splitInput(text: string): { path: string; value: string } {
  const colon = text.indexOf(":")
  return colon === -1 ? { path: "", value: "" } : { path: text.slice(0, colon), value: text.slice(colon + 1) }
}

function assertIds(ids: readonly string[]): void {
  const path = ["filter", "ids"]
  if (!Array.isArray(ids) || ids.length > MOST_IDS)
    refuse("invalid_option", ids, path, `a list of up to ${MOST_IDS} ids`)
  for (const [index, id] of ids.entries()) assertJobId(id, [...path, index])
}

type TimeCondition = "enqueuedBefore" | "enqueuedAfter" | "since" | "until"

function instantOf(filter: JobFilter, condition: TimeCondition): string | undefined {
  const instant = filter[condition]
  return instant === undefined ? undefined : toIsoInstant(instant, ["filter", condition])
}
