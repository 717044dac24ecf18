import { durationMs } from "../checks/duration.ts"
import { NotNowError } from "../database/retry.ts"
import {
  Discard,
  InterruptedError,
  InvalidPayloadError,
  RetryAfter,
  SessionLostError,
  SluiceError,
  Snooze,
  TimeoutError,
} from "../errors.ts"
import { backoffMs } from "../job/backoff.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import type { Execution, Outcome } from "../job/outcome.ts"
import { isStorableJson, parsePayload, storedBytes } from "../job/payload.ts"
import { withDetails } from "../logger.ts"
import { outcomeJson } from "../settle/outcome-json.ts"
import { correlate } from "../telemetry/correlation.ts"
import { Context } from "./context.ts"
import { type JobRun, maxAttemptsOf } from "./job-run.ts"

const DEFAULT_MAX_INTERRUPTIONS = 3
/** Results are stored up to this size, as JSON with numbers written out. */
const MAX_RESULT_BYTES = 256 * 1024

/** Shortest wait of a RetryAfter or Snooze: a job that asks for none would run again and again until the drain ends. */
const LEAST_WAIT_MS = 1_000
/** A job that the ends of so many drains in a row cut off without a checkpoint fits into none: the attempt fails. */
const MOST_CUTS = 3

/** Reason of a signal that aborts because the drain ends: the job is put back without counting an attempt. */
export class DrainEndsError extends SluiceError {}
/** The same, because the drainer's time is up. Drains that are told to stop say nothing about what fits into one. */
export class TimeIsUpError extends DrainEndsError {}

/** What the database could not do is tried again after so long, and up to twice that. */
const NOT_NOW_WAIT_MS = 2_000

/** Performs one claimed job. Never throws: whatever happens is an outcome. */
export async function execute(job: ClaimedJob, work: JobRun): Promise<Execution> {
  const startedAtMs = performance.now()
  const outcome = await correlated(job, work, startedAtMs).catch((error) => failureOrMisuse(job, work, error))
  return { job, outcome, startedAtMs, endedAtMs: performance.now() }
}

async function correlated(job: ClaimedJob, work: JobRun, startedAtMs: number): Promise<Outcome> {
  const correlationId = job.carrier?.correlationId
  if (correlationId === undefined) return instrumented(job, work, startedAtMs)
  const log = withDetails(work.log, { correlationId })
  return correlate(correlationId, () => instrumented(job, { ...work, log }, startedAtMs))
}

function instrumented(job: ClaimedJob, work: JobRun, startedAtMs: number): Promise<Outcome> {
  if (!work.instrumentation) return attempt(job, work, startedAtMs)
  const { id, name, queue, carrier } = job
  return work.instrumentation.perform({ id, name, queue, attempt: job.attempts + 1, carrier }, (details) => {
    const detailed = details ? { ...work, log: withDetails(work.log, details) } : work
    return attempt(job, detailed, startedAtMs).catch((error) => failureOrMisuse(job, work, error))
  })
}

async function attempt(job: ClaimedJob, work: JobRun, startedAtMs: number): Promise<Outcome> {
  const { definition } = work
  if (job.unread !== null) {
    const message = `The payload of job ${job.id} could not be claimed: ${job.unread}`
    return { kind: "discarded", error: new InvalidPayloadError(message, []), chargesAttempt: false }
  }
  if (job.interruptions >= (definition.maxInterruptions ?? DEFAULT_MAX_INTERRUPTIONS)) {
    const message = `${job.interruptions} drainers died while this job ran there alone`
    return { kind: "discarded", error: new InterruptedError("interrupted", message), chargesAttempt: false }
  }
  const payload = definition.input ? await parsePayload(job.name, definition.input, job.payload) : job.payload
  if (definition.transactional)
    return work.connections.withConnection(work, () => performInTransaction(job, work, payload, startedAtMs))
  const context = new Context(job, work)
  try {
    const result = await definition.perform(payload, context)
    if (context.checkpoints) await context.checkpoints.join()
    assertInTime(work)
    return succeeded(job, work, result)
  } finally {
    if (context.checkpoints) await context.checkpoints.end()
  }
}

/**
 * The job's completion is written in the transaction that the work was done in: both are committed, or neither. It is cut
 * off at the drainer's deadline too: a statement that is under way hears no signal, and nothing is lost that was undone.
 */
async function performInTransaction(
  job: ClaimedJob,
  work: JobRun,
  payload: unknown,
  startedAtMs: number,
): Promise<Outcome> {
  const { signal } = work.cancellation
  return work.transactions.run(signal, async (transaction, record) => {
    const context = new Context(job, work, transaction)
    const result = await work.definition.perform(payload, context)
    if (context.checkpoints) await context.checkpoints.join() // a step that it is refused, and did not wait for
    signal.throwIfAborted()
    const outcome = succeeded(job, work, result)
    const execution = { job, outcome, startedAtMs, endedAtMs: performance.now() }
    const isOurs = await record(job.id, [
      outcomeJson(execution),
      ...(mayBeRefused(outcome) ? [outcomeJson(execution, "bare")] : []),
    ])
    if (!isOurs)
      throw new SluiceError(
        "job_lost",
        `Job ${job.id} was not found as it was claimed; its transaction was rolled back`,
      )
    return { kind: "committed" }
  })
}

/** A server whose encoding is not UTF-8 has only some of the characters beyond ASCII. */
function mayBeRefused(outcome: Outcome): boolean {
  return outcome.kind === "succeeded" && /[^ -~]/.test(outcome.resultJson ?? "")
}

/**
 * The one rule for what comes late, see decision 21: the timeout and the loss of the session end an execution, and what
 * comes of it later counts for nothing. At the drainer's deadline a job has done nothing wrong, so work that is done
 * within the grace is done.
 */
function assertInTime({ cancellation: { reason } }: JobRun): void {
  if (reason && !(reason instanceof DrainEndsError)) throw reason
}

/** The work is done, so a result that can't be stored is dropped with a warning rather than done again. */
function succeeded(job: ClaimedJob, work: JobRun, result: unknown): Outcome {
  let resultJson: string | undefined
  try {
    resultJson = JSON.stringify(result)
  } catch (error) {
    work.log.warn("The result is not JSON and was not stored", {
      jobId: job.id,
      name: job.name,
      error: String(error),
    })
  }
  if (
    resultJson !== undefined &&
    (storedBytes(resultJson) > MAX_RESULT_BYTES || !isStorableJson(resultJson))
  ) {
    work.log.warn(
      "The result is over 256 KiB or has characters that Postgres can't store, and was not stored",
      { jobId: job.id, name: job.name },
    )
    resultJson = undefined
  }
  return { kind: "succeeded", resultJson }
}

/** A wait that is no duration, in a RetryAfter or Snooze, is a failure like any other. */
function failureOrMisuse(job: ClaimedJob, work: JobRun, thrown: unknown): Outcome {
  try {
    return failure(job, work, thrown)
  } catch (misuse) {
    return failure(job, work, misuse)
  }
}

/** What a failed execution comes to. */
export function failure(job: ClaimedJob, work: JobRun, thrown: unknown): Outcome {
  const { reason } = work.cancellation
  // nothing else is: a job whose work says it is lost may still be this drainer's, and would come again at once for ever
  if (work.drainer.lost.aborted || reason instanceof SessionLostError) return { kind: "lost" }
  if (thrown instanceof NotNowError)
    return { kind: "snoozed", waitMs: Math.round(NOT_NOW_WAIT_MS * (1 + Math.random())), cuts: job.cuts }
  if (reason instanceof DrainEndsError && !isDecision(thrown)) return cutOff(job, work, reason)
  const isLate = reason !== undefined && !(reason instanceof DrainEndsError)
  if (isLate) return failed(job, work, reason, reason) // the timeout, not the AbortError that came of it
  if (thrown instanceof Snooze) return { kind: "snoozed", waitMs: waitOf(thrown), cuts: 0 }
  if (thrown instanceof Discard) return { kind: "discarded", error: thrown, chargesAttempt: true }
  return failed(job, work, thrown, thrown)
}

/** What a job decides, apart from the errors that come of being aborted. */
function isDecision(thrown: unknown): boolean {
  return thrown instanceof Discard || thrown instanceof RetryAfter || thrown instanceof Snooze
}

/** It goes on in the place it had, and so before what was enqueued after it. */
function cutOff(job: ClaimedJob, work: JobRun, reason: DrainEndsError): Outcome {
  const cuts = work.hasCheckpoint() ? 0 : job.cuts + Number(reason instanceof TimeIsUpError)
  if (cuts < MOST_CUTS) return { kind: "snoozed", waitMs: undefined, cuts }
  const message = `The job ${JSON.stringify(job.name)} was cut off by the ends of ${cuts} drains in a row and saved no checkpoint: it needs more time than a drain has. Give the drain function a longer timeout, or let the job go on in steps`
  return failed(job, work, reason, new TimeoutError("never_fits", message))
}

function failed(job: ClaimedJob, work: JobRun, thrown: unknown, error: unknown): Outcome {
  const attempt = job.attempts + 1
  if (attempt >= maxAttemptsOf(job, work)) return { kind: "discarded", error, chargesAttempt: true }
  const waitMs = thrown instanceof RetryAfter ? waitOf(thrown) : backoffMs(work.definition.backoff, attempt)
  return { kind: "retried", error, waitMs }
}

function waitOf(thrown: RetryAfter | Snooze): number {
  return Math.max(
    LEAST_WAIT_MS,
    durationMs(thrown.wait, [thrown instanceof Snooze ? "Snooze" : "RetryAfter"]),
  )
}
