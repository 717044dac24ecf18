import { assertKnownKeys, assertName, assertText, isRecord, isText, refuse } from "../checks/validate.ts"
import { assertBatchId } from "./batch-id.ts"
import { assertJobId } from "./job-id.ts"
import { JOB_STATES, type JobState } from "./job-options.ts"
import { toIsoInstant } from "./option-values.ts"
import { MAX_METADATA_BYTES, toJson } from "./payload.ts"

/** Which jobs are meant: those to which all of it applies. */
export interface JobFilter {
  /** Up to 10,000. */
  readonly ids?: readonly string[]
  readonly state?: JobState
  readonly name?: string
  readonly queue?: string
  /** One of the job's tags. */
  readonly tag?: string
  /** What the job's metadata contains. */
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly uniqueKey?: string
  readonly concurrencyKey?: string
  /** The id of the batch that the job is one of. */
  readonly batch?: string
  readonly enqueuedBefore?: Date | string
  /** Then, or later. */
  readonly enqueuedAfter?: Date | string
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
  "batch",
  "enqueuedBefore",
  "enqueuedAfter",
] satisfies readonly (keyof JobFilter)[]

export const MOST_IDS = 10_000

/** Checks the conditions, and returns those other than ids as JSON. */
export function checkFilter(filter: JobFilter): { ids: readonly string[] | undefined; json: string } {
  assertKnownKeys(filter, CONDITIONS, ["filter"])
  const { ids, state, name, queue, tag, metadata, uniqueKey, concurrencyKey, batch } = filter
  if (ids !== undefined) assertIds(ids)
  if (state !== undefined && !JOB_STATES.includes(state))
    refuse("invalid_option", state, ["filter", "state"], `one of ${JOB_STATES.join(", ")}`)
  if (name !== undefined) assertName(name, ["filter", "name"])
  if (queue !== undefined) assertName(queue, ["filter", "queue"])
  if (tag !== undefined && !isText(tag, 128))
    refuse("invalid_option", tag, ["filter", "tag"], "text of 1 to 128 characters")
  // an empty one would match all jobs that have any
  if (metadata !== undefined && !(isRecord(metadata) && Object.keys(metadata).length > 0))
    refuse("invalid_option", metadata, ["filter", "metadata"], "a JSON object with one or more keys")
  assertText(uniqueKey, ["filter", "uniqueKey"])
  assertText(concurrencyKey, ["filter", "concurrencyKey"])
  if (batch !== undefined) assertBatchId(batch, ["filter", "batch"])
  const plain = { state, name, queue, tag, uniqueKey, concurrencyKey, batch }
  const times = {
    enqueuedBefore: instantOf(filter, "enqueuedBefore"),
    enqueuedAfter: instantOf(filter, "enqueuedAfter"),
  }
  if (metadata !== undefined) toJson(metadata, ["filter", "metadata"], MAX_METADATA_BYTES)
  return { ids, json: JSON.stringify({ ...plain, ...times, metadata }) }
}

function assertIds(ids: readonly string[]): void {
  const path = ["filter", "ids"]
  if (!Array.isArray(ids) || ids.length > MOST_IDS)
    refuse("invalid_option", ids, path, `a list of up to ${MOST_IDS} ids`)
  for (const [index, id] of ids.entries()) assertJobId(id, [...path, index])
}

function instantOf(filter: JobFilter, condition: "enqueuedBefore" | "enqueuedAfter"): string | undefined {
  const instant = filter[condition]
  return instant === undefined ? undefined : toIsoInstant(instant, ["filter", condition])
}
