import { type Field, type FieldsOf, field, list, name, object, oneOrSome, text } from "../checks/field.ts"
import { isRecord, isText } from "../checks/validate.ts"
import { toPgTextArray } from "../database/array-literal.ts"
import { batchId } from "./batch-id.ts"
import { jobId } from "./job-id.ts"
import { JOB_STATES, type JobState } from "./job-options.ts"
import { instant, toIsoInstant } from "./option-values.ts"
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

export const MOST_IDS = 10_000
const LONGEST_INPUT = 1_024

const INPUT = field<InputCondition | string>({}, isInput, 'a path and a value, such as "order.id:17"')

/** A path and a value of the payload, as text. */
export const inputText = {
  ...INPUT,
  schema: {
    type: "string",
    minLength: 3,
    maxLength: 2 * LONGEST_INPUT + 1,
    format: "path-and-value",
    examples: ["order.id:17"],
  },
}

const inputCondition = {
  type: "object",
  required: ["path", "value"],
  additionalProperties: false,
  properties: {
    path: text(LONGEST_INPUT).schema,
    value: { type: ["string", "number", "boolean", "null"], maxLength: LONGEST_INPUT },
  },
}

const state = field<JobState>(
  { type: "string", enum: JOB_STATES },
  (value) => JOB_STATES.includes(value as JobState),
  `one of ${JOB_STATES.join(", ")}`,
)

/** An empty one would match all jobs that have any. */
const metadata: Field<Readonly<Record<string, unknown>>, false> = field(
  { type: "object", minProperties: 1 },
  (value) => isRecord(value) && Object.keys(value).length > 0,
  "a JSON object with one or more keys",
)

/** What a filter can ask for. */
export const CONDITIONS = {
  ids: list(jobId, 0, MOST_IDS),
  state: oneOrSome(state),
  name: oneOrSome(name),
  queue: oneOrSome(name),
  tag: text(128),
  metadata,
  uniqueKey: text(),
  concurrencyKey: text(),
  key: text(),
  errorClass: text(),
  input: { ...INPUT, schema: { oneOf: [inputText.schema, inputCondition] } },
  batch: batchId,
  enqueuedBefore: instant,
  enqueuedAfter: instant,
  since: instant,
  until: instant,
} satisfies FieldsOf<JobFilter>

export const jobFilter = object(CONDITIONS)

/** Checks the conditions, and returns those other than ids as JSON. */
export function checkFilter(filter: JobFilter): { ids: readonly string[] | undefined; json: string } {
  jobFilter.assert(filter, ["filter"])
  const { ids, input, metadata, ...plain } = filter
  const times = {
    enqueuedBefore: instantOf(filter, "enqueuedBefore"),
    enqueuedAfter: instantOf(filter, "enqueuedAfter"),
    since: instantOf(filter, "since"),
    until: instantOf(filter, "until"),
  }
  if (metadata !== undefined) toJson(metadata, ["filter", "metadata"], MAX_METADATA_BYTES)
  return { ids, json: JSON.stringify({ ...plain, ...times, input: inputOf(input), metadata }) }
}

/** The states of a filter; undefined: any. */
export function statesOf({ state }: JobFilter): readonly JobState[] | undefined {
  return typeof state === "string" ? [state] : state
}

/** The condition as SQL takes it: the path as an array of it, and the value as text, which is what is compared. */
function inputOf(given: JobFilter["input"]): { path: string; value: string } | undefined {
  if (given === undefined) return undefined
  const { path, value } = conditionIn(given) as InputCondition
  return { path: toPgTextArray(path.split(".")), value: String(value) }
}

function isInput(given: unknown): boolean {
  const condition = conditionIn(given)
  if (!isRecord(condition)) return false
  const { path, value, ...others } = condition
  const isValue = value === null || ["string", "number", "boolean"].includes(typeof value)
  const text = String(value)
  const isShort = text === "" || isText(text, LONGEST_INPUT)
  return isText(path, LONGEST_INPUT) && isValue && isShort && Object.keys(others).length === 0
}

function conditionIn(given: unknown): unknown {
  return typeof given === "string" ? splitInput(given) : given
}

function splitInput(text: string): { path: string; value: string } {
  const colon = text.indexOf(":")
  return colon === -1 ? { path: "", value: "" } : { path: text.slice(0, colon), value: text.slice(colon + 1) }
}

type TimeCondition = "enqueuedBefore" | "enqueuedAfter" | "since" | "until"

function instantOf(filter: JobFilter, condition: TimeCondition): string | undefined {
  const given = filter[condition]
  return given === undefined ? undefined : toIsoInstant(given, ["filter", condition])
}
