import { durationMs } from "../checks/duration.ts"
import { JobCanceledError, SessionLostError, TimeoutError } from "../errors.ts"
import { backoffMs } from "../job/backoff.ts"
import { Discard, RetryAfter, Snooze } from "../job/control-errors.ts"
import type { Outcome } from "../job/outcome.ts"
import { DrainDeadlineError, DrainEndingError } from "./cancellation.ts"
import { type JobRun, maxAttemptsOf } from "./job-run.ts"
import { NotNowError } from "./not-now.ts"

/** Shortest wait of a `RetryAfter` or `Snooze`, so that a job can't run again and again until the drain ends. */
const MIN_WAIT_MS = 1_000
/** Shortest wait after a `NotNowError`; the longest is twice that. */
const NOT_NOW_WAIT_MS = 2_000
/** A job that this many drains in a row interrupted at their deadline without a checkpoint never fits: its attempt fails. */
const MAX_CUTS = 3

/** The outcome of an execution that threw. An invalid wait in a `RetryAfter` or `Snooze` is an ordinary failure. */
export function failureOutcome(run: JobRun, thrown: unknown): Outcome {
  try {
    return outcomeOf(run, thrown)
  } catch (invalidWait) {
    return outcomeOf(run, invalidWait)
  }
}

function outcomeOf(run: JobRun, thrown: unknown): Outcome {
  const { reason } = run.cancellation
  // a job may throw a SessionLostError of its own: trusted, it would come again at once, forever
  if (run.environment.drainer.lost.aborted || reason instanceof SessionLostError) return { kind: "lost" }
  if (reason instanceof JobCanceledError) return { kind: "canceled", error: reason, chargesAttempt: true }
  if (thrown instanceof NotNowError) return snoozeForNow(run)
  if (reason instanceof DrainEndingError)
    return isDecision(thrown) ? steer(run, thrown) : putBack(run, reason)
  if (reason) return fail(run, reason) // the timeout, not the AbortError that it led to
  return steer(run, thrown)
}

/** `Discard`, `RetryAfter` and `Snooze`, as opposed to the errors that follow from an abort. */
function isDecision(thrown: unknown): boolean {
  return thrown instanceof Discard || thrown instanceof RetryAfter || thrown instanceof Snooze
}

function steer(run: JobRun, thrown: unknown): Outcome {
  if (thrown instanceof Snooze) return { kind: "snoozed", waitMs: waitMsOf(thrown, "Snooze"), cuts: 0 }
  if (thrown instanceof Discard) return { kind: "discarded", error: thrown, chargesAttempt: true }
  return fail(run, thrown)
}

function snoozeForNow({ job }: JobRun): Outcome {
  const waitMs = Math.round(NOT_NOW_WAIT_MS * (1 + Math.random()))
  return { kind: "snoozed", waitMs, cuts: job.cuts }
}

/** The job keeps its place, ahead of jobs that were enqueued after it. */
function putBack(run: JobRun, reason: DrainEndingError): Outcome {
  const { job } = run
  const cuts = run.hasCheckpoint ? 0 : job.cuts + Number(reason instanceof DrainDeadlineError)
  if (cuts < MAX_CUTS) return { kind: "snoozed", waitMs: undefined, cuts }
  const message = `The job ${JSON.stringify(job.name)} was interrupted at the deadline of ${cuts} drains in a row without saving a checkpoint: it needs more time than a drain has. Give the drain function a longer timeout, or split the job into steps`
  return fail(run, new TimeoutError("never_fits", message))
}

function fail(run: JobRun, error: unknown): Outcome {
  const attempt = run.job.attempts + 1
  if (attempt >= maxAttemptsOf(run)) return { kind: "discarded", error, chargesAttempt: true }
  return { kind: "retried", error, waitMs: retryWaitMs(run, error, attempt) }
}

function retryWaitMs({ definition }: JobRun, error: unknown, attempt: number): number {
  return error instanceof RetryAfter ? waitMsOf(error, "RetryAfter") : backoffMs(definition.backoff, attempt)
}

function waitMsOf({ wait }: RetryAfter | Snooze, name: string): number {
  return Math.max(MIN_WAIT_MS, durationMs(wait, [name]))
}
