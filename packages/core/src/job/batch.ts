import { boundedMs, type Duration } from "../checks/duration.ts"
import { assertInteger, assertKnownKeys, isRecord, refuse } from "../checks/validate.ts"
import type { Logger } from "../logger.ts"
import type { JobContext } from "./job-context.ts"

/** Which jobs are performed together, by one call of `performMany`. */
export interface Batch<Payload> {
  /** How many at most, up to 1,000. */
  readonly size: number
  /**
   * How long the first job of a call waits for others, up to a minute. It counts towards the jobs' timeout. Default 0: what a
   * drainer has claimed at the same time is performed together.
   */
  readonly wait?: Duration
  /** Only jobs for which it returns the same text are performed together. Default: all of the definition. */
  readonly by?: (payload: Payload) => string
}

/** The second argument of `performMany`. */
export interface BatchContext {
  /** Of each job, in the order of the payloads: what `perform` has as its context. */
  readonly jobs: readonly JobContext[]
  /** Aborts as soon as that of one of the jobs does, unless only this job was canceled. */
  readonly signal: AbortSignal
  /** When the signal aborts at the latest. */
  readonly deadlineAt: Date
  readonly log: Logger
}

/**
 * Performs several jobs. Returns nothing if all have succeeded, or a list with an element for each payload: its job's result, or
 * the error with which it has failed, for example a `Discard` or `RetryAfter`. An error that it throws is that of all of them.
 */
export type PerformMany<Payload, Output> = (
  payloads: readonly Payload[],
  context: BatchContext,
  // biome-ignore lint/suspicious/noConfusingVoidType: what a function without a return statement returns
) => Promise<readonly (Output | Error)[] | void> | readonly (Output | Error)[] | void

const BATCH_KEYS = ["size", "wait", "by"] satisfies readonly (keyof Batch<unknown>)[]
const MOST_JOBS = 1_000
const LONGEST_WAIT_MS = 60_000

export function assertBatch(batch: unknown, path: readonly string[]): void {
  if (!isRecord(batch)) refuse("invalid_option", batch, path, "an object such as { size: 100 }")
  assertKnownKeys(batch, BATCH_KEYS, path)
  const { size, by } = batch
  if (size === undefined) refuse("invalid_option", size, [...path, "size"], "how many jobs at most")
  assertInteger(size, [...path, "size"], 1, MOST_JOBS)
  waitMsOf(batch as { wait?: Duration }, path)
  if (by !== undefined && typeof by !== "function")
    refuse("invalid_option", by, [...path, "by"], "a function of the payload")
}

/** How long the first job of a call waits for others. */
export function waitMsOf({ wait }: { readonly wait?: Duration }, path: readonly string[] = []): number {
  return wait === undefined ? 0 : boundedMs(wait, [...path, "wait"], 0, LONGEST_WAIT_MS)
}

/** What `performMany` returned for each job. Throws if that isn't one thing for each. */
export function outcomesOf(name: string, returned: unknown, count: number): unknown[] {
  if (returned === undefined) return new Array(count).fill(undefined)
  if (Array.isArray(returned) && returned.length === count) return returned
  const what = Array.isArray(returned) ? `a list of ${returned.length}` : `a value of type ${typeof returned}`
  throw new TypeError(
    `performMany of the job ${JSON.stringify(name)} returned ${what} for ${count} payloads: return nothing, or a list with an element for each`,
  )
}
