import type { BatchSnapshot } from "./job-batch.ts"
import type { EnqueueOptions, JobState } from "./job-options.ts"

/** A job of a workflow. */
export interface WorkflowStep {
  /** Its name in the workflow: text of up to 128 characters that isn't a number. */
  readonly step: string
  /** The name of its definition. */
  readonly name: string
  /** Default `{}`. */
  readonly payload?: unknown
  /** `after` has names of steps, or ids of other jobs. */
  readonly options?: Omit<EnqueueOptions, "transaction" | "request">
}

/** A workflow at the time it was read: its batch, and its steps in their order. */
export interface WorkflowSnapshot extends BatchSnapshot {
  readonly name: string
  readonly steps: readonly StepSnapshot[]
  /** A flowchart of its steps and their states, as text for Mermaid. */
  toMermaid(): string
}

export interface StepSnapshot {
  readonly step: string
  /** The id of its job. */
  readonly id: string
  /** The name of its job. Null, as the state, once its history was dropped. */
  readonly name: string | null
  readonly state: JobState | null
  /** As that of a job: why it was canceled. */
  readonly reason: "expired" | "parent_failed" | null
  /** The steps after which it runs, or the ids of other jobs. */
  readonly after: readonly string[]
}
