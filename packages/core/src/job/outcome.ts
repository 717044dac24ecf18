import type { ClaimedJob } from "./claimed-job.ts"

/** What became of one execution. Decided in execute.ts, written in settle.ts; nothing between changes it. */
export type Outcome =
  | { readonly kind: "succeeded"; readonly resultJson: string | undefined }
  /** Failed, with attempts left. */
  | { readonly kind: "retried"; readonly error: unknown; readonly waitMs: number }
  /** Failed for good. `chargesAttempt` is false when nothing was performed. */
  | { readonly kind: "discarded"; readonly error: unknown; readonly chargesAttempt: boolean }
  /**
   * Put back without counting an attempt: for a while, because the job asked for it, or (`waitMs` is undefined) in the
   * place it had, because the drain ended. `cuts`: how many drains' ends in a row have cut it off without a checkpoint.
   */
  | { readonly kind: "snoozed"; readonly waitMs: number | undefined; readonly cuts: number }
  /** Success that the job's own transaction has recorded already. */
  | { readonly kind: "committed" }
  /** The session is gone, or the job is another drainer's by now: nothing may be written. */
  | { readonly kind: "lost" }

export interface Execution {
  readonly job: ClaimedJob
  readonly outcome: Outcome
  /** `performance.now()` at the start and end of perform. */
  readonly startedAtMs: number
  readonly endedAtMs: number
}

/** One execution whose outcome is written, for measuring. */
export interface SettledExecution {
  readonly name: string
  readonly outcome: "succeeded" | "retried" | "discarded" | "snoozed"
  /** From the time the job was due to the start of this execution, by the database's clock. */
  readonly dueToStartMs: number
  readonly durationMs: number
}
