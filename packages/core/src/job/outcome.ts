import type { ClaimedJob } from "./claimed-job.ts"

/** The outcome of one execution. Decided in perform, written by settle; nothing in between changes it. */
export type Outcome =
  | {
      readonly kind: "succeeded"
      readonly resultJson: string | undefined
      /** The key of a result that is in the app's store; then there is no `resultJson`. */
      readonly resultKey?: string
    }
  /** Failed, with attempts left. `rule`: the name of the rule that decides. */
  | {
      readonly kind: "retried"
      readonly error: unknown
      readonly waitMs: number
      readonly rule?: string | undefined
      /** How often the job has failed by each rule, this time included. */
      readonly ruleFailures?: Readonly<Record<string, number>>
    }
  /** Failed for good. `chargesAttempt` is false if `perform` was not called. */
  | {
      readonly kind: "discarded"
      readonly error: unknown
      readonly chargesAttempt: boolean
      readonly rule?: string | undefined
    }
  /**
   * Ended after somebody had canceled the job: because of that, which is the `error`, or with a result, as if nobody had.
   * `chargesAttempt` is false if `perform` was not called.
   */
  | { readonly kind: "canceled"; readonly error: Error; readonly chargesAttempt: boolean }
  | {
      readonly kind: "canceled"
      readonly resultJson: string | undefined
      readonly resultKey?: string
      readonly chargesAttempt: true
    }
  /**
   * Put back without charging an attempt: for `waitMs`, as the job asked, or at its old place (`waitMs` is undefined),
   * because the drain ended. `cuts`: drains in a row that interrupted the job at their deadline without a checkpoint.
   */
  | {
      readonly kind: "snoozed"
      readonly waitMs: number | undefined
      readonly cuts: number
      /** Its concurrency key is paused for as long. */
      readonly pausesKey?: boolean
      /** Which one; undefined: the first. */
      readonly pausedKey?: string | undefined
      /** Why it waits, if that is to be recorded: its payload doesn't fit the schema. */
      readonly error?: unknown
      readonly ruleFailures?: Readonly<Record<string, number>>
    }
  /** Success that the job's own transaction has recorded. */
  | { readonly kind: "committed" }
  /** The session is lost, or the job belongs to another drainer: nothing may be written. */
  | { readonly kind: "lost" }

export interface Execution {
  readonly job: ClaimedJob
  readonly outcome: Outcome
  /** `performance.now()` at the start and end of `perform`. */
  readonly startedAtMs: number
  readonly endedAtMs: number
  /** The job finishes with it, and its payload isn't kept. */
  readonly forgetsPayload?: boolean
  /** The lines that it has logged, if they are kept. */
  readonly logs?: string | undefined
}

/** An execution whose outcome was written, for metrics. */
export interface SettledExecution {
  readonly name: string
  readonly queue: string
  readonly outcome: "succeeded" | "retried" | "discarded" | "canceled" | "snoozed"
  /** From when the job was due to the start of this execution, by the database's clock. */
  readonly dueToStartMs: number
  readonly durationMs: number
}
