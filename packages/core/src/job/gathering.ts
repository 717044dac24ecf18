import type { Duration } from "../checks/duration.ts"
import type { Json } from "../checks/json.ts"
import type { JobFailedError } from "../errors.ts"
import type { JobToAdd } from "./job-batch.ts"
import type { JobHandle } from "./job-handle.ts"

/** A job that `enqueueAndWait` enqueues: by its definition, which types its payload and result, or by name. */
export type JobToGather = DefinedJob | JobToAdd

interface DefinedJob {
  readonly job: Definition
  /** `{}` if it is left out. */
  readonly payload?: unknown
  readonly options?: JobToAdd["options"]
}

/** What matters of a definition here. */
interface Definition {
  readonly name: string
  // biome-ignore lint/suspicious/noExplicitAny: the one type that every definition is assignable to
  enqueue(payload: any): Promise<JobHandle<any>>
}

/** The same with payloads of the types that the definitions ask for. */
export type CheckedJobs<Jobs extends readonly JobToGather[]> = {
  readonly [Place in keyof Jobs]: Jobs[Place] & PayloadOf<Jobs[Place]>
}

type PayloadOf<Job> = Job extends { readonly job: { enqueue(payload: infer Input): unknown } }
  ? Record<never, never> extends Input
    ? { readonly payload?: Input }
    : { readonly payload: Input }
  : unknown

/** What jobs returned, at their places. */
export type GatheredResults<Jobs extends readonly JobToGather[]> = {
  -readonly [Place in keyof Jobs]: GatheredResult<Jobs[Place]>
}

/** How jobs have ended, at their places. */
export type GatheredOutcomes<Jobs extends readonly JobToGather[]> = {
  -readonly [Place in keyof Jobs]: GatheredOutcome<GatheredResult<Jobs[Place]>>
}

type GatheredResult<Job> = Job extends {
  // biome-ignore lint/suspicious/noExplicitAny: whatever its payload is
  readonly job: { enqueue(payload: any): Promise<JobHandle<infer Result>> }
}
  ? Result
  : Json | null

/** How a job has ended. */
export type GatheredOutcome<Result = Json | null> =
  | { readonly id: string; readonly status: "succeeded"; readonly value: Result }
  | { readonly id: string; readonly status: "discarded" | "canceled"; readonly error: JobFailedError }

export interface GatherOptions {
  /** Longest wait, from the first execution that comes to it. Then it throws a `WaitTimeoutError`. Default `"30d"`. */
  readonly timeout?: Duration
  /** Returns how each job has ended, instead of what each returned or an error if one did not succeed. Default false. */
  readonly settled?: boolean
}
