import type { Duration } from "../checks/duration.ts"
import type { Json } from "../checks/json.ts"
import { JobFailedError, JobNotFoundError, TimeoutError } from "../errors.ts"
import type { EnqueueResult } from "./job-options.ts"
import type { JobSnapshot } from "./job-snapshot.ts"

export interface WaitOptions {
  /** How long to wait, up to a day. Default `"1m"`. */
  readonly timeout?: Duration
  /** Ends the wait, which then rejects with the signal's reason. The job isn't affected. */
  readonly signal?: AbortSignal
}

/** A job that was enqueued. */
export interface JobHandle<Result = Json | null> extends EnqueueResult {
  /**
   * Waits for the job to finish and returns its result. For a job that was enqueued in a transaction, call it after the commit.
   *
   * @throws JobFailedError The job was discarded or canceled.
   * @throws TimeoutError `result_timeout`: it has not finished in time.
   * @throws JobNotFoundError
   */
  result(options?: WaitOptions): Promise<Result>
}

/** Adds `result`, which isn't enumerable: a handle compares, and is written as JSON, like what it was made from. */
export function toHandle(
  stored: EnqueueResult,
  waitForJob: (id: string, options?: WaitOptions) => Promise<JobSnapshot>,
) {
  const result = async (options?: WaitOptions) => resultOf(await waitForJob(stored.id, options))
  return Object.defineProperty({ ...stored }, "result", { value: result }) as JobHandle
}

/** The result of a job as it was when the wait for it ended. */
export function resultOf(job: JobSnapshot, name = job.name): Json | null {
  if (job.name !== name) {
    const message = `The job ${job.id} is a ${JSON.stringify(job.name)}, not a ${JSON.stringify(name)}`
    throw new JobNotFoundError("job_not_found", message)
  }
  if (job.state === "succeeded") return job.result
  if (job.state === "discarded" || job.state === "canceled") throw failedError(job, job.state)
  const message = `The job ${job.id} (${JSON.stringify(name)}) has not finished in time; it is ${job.state}`
  throw new TimeoutError("result_timeout", message)
}

function failedError(job: JobSnapshot, state: "discarded" | "canceled"): JobFailedError {
  const called = `job ${job.id} (${JSON.stringify(job.name)})`
  const parent = job.failedParent
    ? `: the job ${job.failedParent}, after which it was to run, has failed`
    : ""
  return jobFailedError(called, job.id, state, job.errors.at(-1), parent)
}

/**
 * The error of a job that did not succeed, with its last error, if it has one.
 *
 * @param called What the message calls the job, such as `job 7`.
 * @param otherwise Why, if it has none.
 */
export function jobFailedError(
  called: string,
  id: string,
  state: "discarded" | "canceled",
  error: { readonly class: string; readonly message: string } | undefined,
  otherwise = "",
): JobFailedError {
  const why = error ? `: ${error.class}: ${error.message}` : otherwise
  return new JobFailedError(`job_${state}`, `The ${called} was ${state}${why}`, id, error)
}
