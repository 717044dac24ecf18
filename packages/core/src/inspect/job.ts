import { assertInteger, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import type { JobState } from "../job/job-options.ts"
import { dateOf } from "./date-of.ts"

/** A job, waiting or finished, at the time it was read. */
export interface JobSnapshot {
  readonly id: string
  readonly name: string
  readonly queue: string
  readonly priority: number
  readonly state: JobState
  readonly payload: unknown
  /** Number of attempts used up. */
  readonly attempts: number
  /** Null: the definition's. */
  readonly maxAttempts: number | null
  readonly runAt: Date
  readonly enqueuedAt: Date
  /** Start of the last execution. Null until the job has finished, as are `finishedAt`, `durationMs` and `result`. */
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  readonly durationMs: number | null
  readonly result: unknown
  /** The last failed executions, oldest first: up to 50, and up to 256 KiB. */
  readonly errors: readonly ExecutionError[]
  /** Total number of failed executions. Read earlier ones with `errorsFrom`. */
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

/** Which of a job's errors `getJob` returns. */
export interface ReadJobOptions {
  /** Index of the first error to return, 0 for the oldest. Default: the last ones. */
  readonly errorsFrom?: number
}

const MAX_JOB_ID = 281_474_976_710_655n // 48 bits, the maximum of the sequence

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
