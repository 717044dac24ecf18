import { setTimeout as wait } from "node:timers/promises"
import { checkOptions } from "../checks/field.ts"
import { assertKnownKeys, assertName, assertText, isRecord, refuse } from "../checks/validate.ts"
import { toPgArray, toPgTextArray } from "../database/array-literal.ts"
import type { Queryable } from "../database/connection.ts"
import { jsonRows } from "../database/pool-queryable.ts"
import { type ProtocolCall, protocolCall } from "../database/protocol-call.ts"
import { JobNotFoundError, JobStateError } from "../errors.ts"
import { assertJobId } from "../job/job-id.ts"
import type { JobState } from "../job/job-options.ts"
import { RETRY } from "./fields.ts"

/** A job's id, or the name and the unique key of an unfinished job; for `retryJob` and `deleteJob`, of the last one that finished. */
export type JobReference = string | { readonly name: string; readonly uniqueKey: string }

/** A job after it was acted on. */
export interface ChangedJob {
  readonly id: string
  /** Its state from then on. Of a running job that was canceled: `running`, until the execution has ended. */
  readonly state: JobState
}

export interface RetryOptions {
  /** Who asks for it, for the job's history: text of up to 512 characters. */
  readonly retriedBy?: string
}

/** What became of one job of a call. */
export interface Acted {
  readonly id: string
  /** Null if the job is unknown, or was deleted. */
  readonly name: string | null
  readonly state: JobState | null
  /** Why it was left as it was. */
  readonly refusal: Refusal | null
}

type Refusal = keyof typeof REASONS | "job_not_found" | "job_held" | "cancel_pending"

/** One call of a verb for some jobs. `places`: where the history has them, if that is known. */
export type Verb = (ids: readonly string[], places?: readonly string[]) => ProtocolCall

export function cancelVerb(schema: string): Verb {
  return (ids) => protocolCall(schema, "cancel_jobs", { p_ids: toPgArray(ids) })
}

export function runNowVerb(schema: string): Verb {
  return (ids) => protocolCall(schema, "run_jobs_now", { p_ids: toPgArray(ids) })
}

export function retryVerb(schema: string, options: RetryOptions = {}): Verb {
  checkOptions(RETRY, options)
  return (ids, places) =>
    protocolCall(schema, "retry_jobs", {
      p_ids: toPgArray(ids),
      p_by: options.retriedBy,
      p_places: places && toPgTextArray(places),
    })
}

export function deleteVerb(schema: string): Verb {
  return (ids, places) =>
    protocolCall(schema, "delete_jobs", { p_ids: toPgArray(ids), p_places: places && toPgTextArray(places) })
}

/** How long a job that somebody has for a moment is waited for: drainers release the locks of settled jobs once a second. */
const HELD_PATIENCE_MS = 3_000
const HELD_AGAIN_MS = 50

/** Applies a verb to the jobs, each of which must be able to be free in a moment if it is held. */
export async function act(database: Queryable, verb: Verb, ids: readonly string[]): Promise<Acted[]> {
  const giveUpAtMs = performance.now() + HELD_PATIENCE_MS
  const done: Acted[] = []
  for (let left = ids; ; await wait(HELD_AGAIN_MS)) {
    const acted = await callVerb(database, verb(left))
    const held = performance.now() < giveUpAtMs ? acted.filter(isHeld) : []
    done.push(...acted.filter((one) => !held.includes(one)).map(withoutHold))
    left = held.map(({ id }) => id)
    if (left.length === 0) return done
  }
}

/** Whether somebody has the job for a moment. */
export function isHeld({ refusal }: Acted): boolean {
  return refusal === "job_held" || refusal === "cancel_pending"
}

/** What a job that is held for longer than a moment comes to. A request to cancel it stands. */
function withoutHold(acted: Acted): Acted {
  if (acted.refusal === "job_held") return { ...acted, refusal: "job_running" }
  return acted.refusal === "cancel_pending" ? { ...acted, refusal: null } : acted
}

export async function callVerb(database: Queryable, { text, values }: ProtocolCall): Promise<Acted[]> {
  return jsonRows(database, `select job_id::pg_catalog.text as id, name, state, refusal from ${text}`, values)
}

/** Applies a verb to one job. Throws `JobNotFoundError` or `JobStateError` if it can't be. */
export async function actOnOne(database: Queryable, verb: Verb, id: string): Promise<Acted> {
  const [acted] = (await act(database, verb, [id])) as [Acted]
  const { refusal, state } = acted
  if (refusal === null) return acted
  if (refusal === "job_not_found") throw notFound(`No job has the id ${id}, or its history was dropped`)
  const code = refusal as keyof typeof REASONS
  throw new JobStateError(code, `Job ${id} ${REASONS[code](state)}`)
}

function notFound(message: string): JobNotFoundError {
  return new JobNotFoundError("job_not_found", message)
}

const REASONS = {
  job_running: () => "is running: cancel it, or wait until it has ended",
  job_finished: (state: JobState | null) => `has finished, as ${state}`,
  job_not_finished: () => "has not finished: cancel it first",
  job_succeeded: () => "has succeeded: only discarded and canceled jobs can be retried",
  queue_paused: () => "is on a paused queue: resume that first",
  name_paused: () => "has a paused name: resume that first",
  unique_key_taken: () => "can't be retried while another job has its unique key",
  payload_not_kept: () => "can't be retried: its definition doesn't keep the payloads of finished jobs",
  definition_needed: () =>
    "has a concurrency key that its definition computes from the payload: update it by its id, where the definition is given to createSluice({ jobs })",
}

/** The id of the job that is meant. */
export async function idOf(
  database: Queryable,
  schema: string,
  job: JobReference,
  which: "unfinished" | "finished",
): Promise<string> {
  if (typeof job === "string") return assertJobId(job)
  if (!isRecord(job)) refuse("invalid_id", job, ["job"], "a job's id, or an object with name and uniqueKey")
  assertKnownKeys(job, ["name", "uniqueKey"], ["job"])
  assertName(job.name, ["job", "name"])
  if (job.uniqueKey === undefined) refuse("invalid_option", job.uniqueKey, ["job", "uniqueKey"], "the key")
  assertText(job.uniqueKey, ["job", "uniqueKey"])
  const { text, values } = protocolCall(schema, "find_unique_job", {
    p_name: job.name,
    p_unique_key: job.uniqueKey,
    p_is_finished: which === "finished",
  })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as id`, values)
  if (rows[0].id !== null) return rows[0].id
  throw notFound(
    `No ${which} job has the name ${JSON.stringify(job.name)} and the unique key ${JSON.stringify(job.uniqueKey)}`,
  )
}
