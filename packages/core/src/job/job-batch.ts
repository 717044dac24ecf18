import type { EnqueueOptions, EnqueueResult } from "./job-options.ts"

/** A batch at the time it was read. */
export interface BatchSnapshot {
  readonly id: string
  /** The batch that this one is in. Null: none. */
  readonly parent: string | null
  /** `open` until all jobs have ended: then `succeeded`, or `failed` if one of them was discarded or canceled. */
  readonly state: "open" | "succeeded" | "failed"
  /** Its jobs, and the batches in it, each of which counts as one. */
  readonly total: number
  /** Those that have not ended. */
  readonly pending: number
  readonly succeeded: number
  readonly discarded: number
  readonly canceled: number
  readonly properties: Readonly<Record<string, unknown>>
  /** The names of its callbacks' jobs. */
  readonly callbacks: { readonly [Event in "onFinish" | "onSuccess" | "onDiscard"]?: string }
  readonly createdAt: Date
  readonly finishedAt: Date | null
  /** Why its callbacks could not be enqueued: they are tried again after 10 seconds, and the batch is open until then. */
  readonly callbackError: string | null
}

/** The batch of a job, as the job sees it: the one that it is in, or of which it is a callback. */
export interface JobBatch {
  readonly id: string
  /** Adds jobs. While one of its jobs runs, a batch is open; a callback of one that has finished throws `BatchFinishedError`. */
  add(jobs: readonly JobToAdd[], options?: Pick<EnqueueOptions, "transaction">): Promise<EnqueueResult[]>
  /** Reads its counts and properties. */
  read(): Promise<BatchSnapshot>
}

/** As an element of `enqueueMany`. */
export interface JobToAdd {
  readonly name: string
  readonly payload?: unknown
  readonly options?: Omit<EnqueueOptions, "transaction" | "request">
}
