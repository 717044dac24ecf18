import type { Json } from "../checks/json.ts"
import type { JobState } from "./job-options.ts"

/** A job, waiting or finished, at the time it was read. Its payload and result are JSON, of which a definition knows more. */
export interface JobSnapshot<Payload = Json, Result = Json | null> {
  readonly id: string
  readonly name: string
  readonly queue: string
  readonly priority: number
  readonly state: JobState
  /**
   * Why it was canceled: `expired` before an execution began, or `parent_failed`, a job after which it was to run. Null: somebody asked for
   * it, or it wasn't canceled.
   */
  readonly reason: "expired" | "parent_failed" | null
  /** The ids of the jobs after which it runs. */
  readonly after: readonly string[]
  /** With the reason `parent_failed`, the id of the first of these that failed. Null, too, once that was retried. */
  readonly failedParent: string | null
  readonly payload: Payload
  /**
   * The key of its payload in the store of `createSluice({ payloads })`. Where that isn't given, the payload is null. Null for
   * payloads in the database.
   */
  readonly payloadKey: string | null
  /** False once it has finished, if its definition doesn't keep payloads: then it is null and the job can't be retried. */
  readonly payloadKept: boolean
  /** Number of attempts used up since it was enqueued, put back, or last saved a checkpoint. */
  readonly attempts: number
  /** Null: the definition's. */
  readonly maxAttempts: number | null
  readonly runAt: Date
  /** When it is canceled unless an execution has begun. Null: never, or it has finished. */
  readonly expiresAt: Date | null
  readonly enqueuedAt: Date
  /** Start of the last execution. Null until the job has finished, as are `finishedAt`, `durationMs` and `result`. */
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  readonly durationMs: number | null
  readonly result: Result
  /** The key of its result in that store, as `payloadKey`. */
  readonly resultKey: string | null
  /** What the job has told last with `context.progress`. Null if it has told nothing, and when it has finished. */
  readonly progress: JobProgress | null
  /** The last failed executions, oldest first: up to 50, and up to 256 KiB. */
  readonly errors: readonly ExecutionError[]
  /** Total number of failed executions. Read earlier ones with `errorsFrom`. */
  readonly errorCount: number
  /**
   * Executions, oldest first: those of `errors`, the one that has succeeded, and those that were put back and whose logs are kept.
   */
  readonly executions: readonly JobExecution[]
  /** How it ended each time before it was put back into the queue, oldest first: up to 50. Its errors include those of then. */
  readonly retries: readonly JobRetry[]
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  readonly uniqueKey: string | null
  /** The first of its concurrency keys. */
  readonly concurrencyKey: string | null
  readonly concurrencyKeys: readonly string[]
  /** Null once the job has finished, as is `blockedBy`. */
  readonly rateKey: string | null
  readonly fairKey: string | null
  /** The id of the batch that it is one of. */
  readonly batchId: string | null
  /** Why a job is `blocked`: a concurrency key is full, its rate is used up, or its queue is paused. Null in other states. */
  readonly blockedBy: "concurrency" | "order" | "rate" | "pause" | null
  /** The concurrency key, or the key of its rate, that keeps a `blocked` job back. Null: its queue or name is paused. */
  readonly waitsFor: string | null
  /** What a `waiting` job waits for, the first to time out first: up to 100. Empty in other states. */
  readonly waits: readonly JobWait[]
}

/** One of the things that a job waits for: a token, an event, or jobs that it has enqueued. */
export interface JobWait {
  /** Of `waitFor`. Null: it waits for something else. */
  readonly token: string | null
  /** The name of the event of `waitForEvent`. */
  readonly event: string | null
  /** The batch of the jobs of `enqueueAndWait`. */
  readonly batchId: string | null
  /** When the wait times out. */
  readonly until: Date
}

/** How far an unfinished job says that it is. */
export interface JobProgress {
  /** From 0 to 100. */
  readonly percent: number
  readonly text: string | null
  readonly at: Date
}

/** A finished job was put back into the queue. */
export interface JobRetry {
  readonly at: Date
  /** Who asked for it: `retriedBy` of `retryJob`. */
  readonly by: string | null
  /** The state that it had, and since when. */
  readonly state: "discarded" | "canceled"
  readonly finishedAt: Date
  /** Attempts that it had used up. */
  readonly attempts: number
}

/** One execution of a job. */
export interface JobExecution {
  /** Which attempt it was, counted from the job's last checkpoint. One that was put back or interrupted shares its number with the next. */
  readonly attempt: number
  readonly outcome: "succeeded" | "retried" | "discarded" | "canceled" | "snoozed" | "interrupted"
  /** Null if its drainer died, as are `durationMs` and `waitMs`. */
  readonly startedAt: Date | null
  readonly endedAt: Date
  readonly durationMs: number | null
  /** From when it was due to its start. Null, too, if it was put back. */
  readonly waitMs: number | null
  readonly drainerId: number | null
  /** The `label` of the drainer. Null a day after its end. */
  readonly drainer: string | null
  /** What it failed with, of which `errors` has the stack. Null if it didn't fail. */
  readonly error: Pick<ExecutionError, "class" | "code" | "message"> | null
  /** What it has logged last, oldest first. Null if it has logged nothing, or the definition has no `keep: { logs: true }`. */
  readonly logs: readonly KeptLine[] | null
}

/** A line that a job has logged with `context.log`, and its details. */
export interface KeptLine {
  readonly at: string
  readonly level: "debug" | "info" | "warn" | "error"
  readonly message: string
  /** Set on a line of more than 4 KiB, which is kept without its details. */
  readonly isCut?: true
  readonly [detail: string]: unknown
}

export interface ExecutionError {
  readonly attempt: number
  /** `snoozed`: its payload doesn't fit the schema, and it waits for a deployment with another one. */
  readonly outcome: "retried" | "discarded" | "canceled" | "snoozed" | "interrupted"
  /** The name of the definition's rule that decided. Null: its policies did. */
  readonly rule: string | null
  readonly class: string
  /** The error's `code`, if it has one. */
  readonly code: string | null
  readonly message: string
  readonly stack: string | null
  readonly durationMs: number | null
  readonly at: Date
  /** As those of `executions`. */
  readonly startedAt: Date | null
  readonly waitMs: number | null
  readonly drainerId: number | null
  readonly drainer: string | null
}

/** Which of a job's errors `getJob` returns. */
export interface ReadJobOptions {
  /** Index of the first error to return, 0 for the oldest. Default: the last ones. */
  readonly errorsFrom?: number
}
