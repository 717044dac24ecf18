import type { Queryable } from "./database.ts"
import type { JobState } from "./definition.ts"
import { jsonRows } from "./pooled.ts"
import { protocolCall } from "./protocol-call.ts"
import { assertInteger, assertName, refuse } from "./validate.ts"

/** All that is known of one job. */
export interface JobSnapshot {
  readonly id: string
  readonly name: string
  readonly queue: string
  readonly priority: number
  readonly state: JobState
  readonly payload: unknown
  /** Executions that counted. */
  readonly attempts: number
  /** Null: as the definition says. */
  readonly maxAttempts: number | null
  readonly runAt: Date
  readonly enqueuedAt: Date
  /** Of the last execution, once the job has finished. */
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  readonly durationMs: number | null
  readonly result: unknown
  /** The last executions that did not succeed, oldest first: up to 50, and 256 KiB of them. */
  readonly errors: readonly ExecutionError[]
  /** How many there are in all; `errorsFrom` reads the earlier ones. */
  readonly errorCount: number
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  readonly uniqueKey: string | null
  readonly concurrencyKey: string | null
}

export interface ExecutionError {
  readonly attempt: number
  readonly outcome: "retried" | "discarded" | "interrupted"
  readonly class: string
  readonly message: string
  readonly stack: string | null
  readonly durationMs: number | null
  readonly at: Date
  readonly drainerId: number | null
}

export interface QueueSnapshot {
  readonly name: string
  readonly paused: boolean
  readonly ready: number
  readonly scheduled: number
  readonly blocked: number
  readonly running: number
  /** Since when the longest-waiting ready job has been due. */
  readonly oldestReadyAt: Date | null
}

export interface Backlog {
  /** Jobs that are due and not running; the count stops at 10,000 jobs, running ones included. */
  readonly ready: number
  /** How long the one that waits longest has been due. 0 when there is none. */
  readonly oldestReadyAgeMs: number
}

/** Which of a job's errors to read. */
export interface ReadJobOptions {
  /** The place of the first, 0 for the oldest. Default: so that the last ones are read. */
  readonly errorsFrom?: number
}

/** Which queues to read. */
export interface ReadQueuesOptions {
  /** Those whose names come after this one. Default: from the first. */
  readonly after?: string
  /** Up to so many. Default: all. */
  readonly limit?: number
}

const MAX_JOB_ID = 281_474_976_710_655n // 48 bits, as the sequence

export async function readJob(
  database: Queryable,
  schema: string,
  id: string,
  { errorsFrom }: ReadJobOptions = {},
): Promise<JobSnapshot | undefined> {
  assertInteger(errorsFrom, ["errorsFrom"], 0, 1_000_000_000)
  if (!/^\d{1,15}$/.test(id) || BigInt(id) > MAX_JOB_ID)
    refuse("invalid_id", id, ["id"], "a job's id, a decimal number")
  const { text, values } = protocolCall(schema, "get_job", { p_id: id, p_errors_from: errorsFrom })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as job`, values)
  if (rows[0].job === null) return undefined
  const job = JSON.parse(rows[0].job)
  return {
    ...job,
    runAt: new Date(job.runAt),
    enqueuedAt: new Date(job.enqueuedAt),
    startedAt: dateOf(job.startedAt),
    finishedAt: dateOf(job.finishedAt),
    errors: job.errors.map((error: { at: string }) => ({ ...error, at: new Date(error.at) })),
  }
}

export async function readQueues(
  database: Queryable,
  schema: string,
  { after, limit }: ReadQueuesOptions = {},
): Promise<QueueSnapshot[]> {
  if (after !== undefined) assertName(after, ["after"])
  assertInteger(limit, ["limit"], 1, 1_000_000)
  const { text, values } = protocolCall(schema, "list_queues", { p_after: after ?? "", p_limit: limit })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as queues`, values)
  const queues: (Omit<QueueSnapshot, "oldestReadyAt"> & { oldestReadyAt: string | null })[] = JSON.parse(
    rows[0].queues,
  )
  return queues.map((queue) => ({ ...queue, oldestReadyAt: dateOf(queue.oldestReadyAt) }))
}

function dateOf(instant: string | null): Date | null {
  return instant === null ? null : new Date(instant)
}

export async function readBacklog(database: Queryable, schema: string): Promise<Backlog> {
  const [row] = await jsonRows(database, `select * from ${protocolCall(schema, "backlog", {}).text}`)
  return backlogOf(row)
}

/** From a row of the SQL function `backlog`. */
export function backlogOf(row: { ready: number; oldest_ready_age_ms: number }): Backlog {
  return { ready: row.ready, oldestReadyAgeMs: row.oldest_ready_age_ms }
}
