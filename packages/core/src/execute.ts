import { backoffMs } from "./backoff.ts"
import type { ClaimedJob } from "./claim.ts"
import { Context } from "./context.ts"
import { correlate } from "./correlation.ts"
import { durationMs } from "./duration.ts"
import { Discard, InterruptedError, RetryAfter, SessionLostError, SluiceError, Snooze } from "./errors.ts"
import { withDetails } from "./log.ts"
import type { Execution, Outcome } from "./outcome.ts"
import { isStorableJson, parsePayload, storedBytes } from "./payload.ts"
import { outcomeJson } from "./settle.ts"
import { maxAttemptsOf, type Work } from "./work.ts"

const DEFAULT_MAX_INTERRUPTIONS = 3
/** Results are stored up to this size, as JSON with numbers written out. */
const MAX_RESULT_BYTES = 256 * 1024

/** Reason of a signal that aborts because the drainer's time is up: the job is put back without counting an attempt. */
export class DrainEndsError extends SluiceError {}

/** Performs one claimed job. Never throws: whatever happens is an outcome. */
export async function execute(job: ClaimedJob, work: Work): Promise<Execution> {
  const startedAtMs = performance.now()
  const outcome = await correlated(job, work, startedAtMs).catch((error) => failureOrMisuse(job, work, error))
  return { job, outcome, startedAtMs, endedAtMs: performance.now() }
}

async function correlated(job: ClaimedJob, work: Work, startedAtMs: number): Promise<Outcome> {
  const correlationId = job.carrier?.correlationId
  if (correlationId === undefined) return instrumented(job, work, startedAtMs)
  const log = withDetails(work.log, { correlationId })
  return correlate(correlationId, () => instrumented(job, { ...work, log }, startedAtMs))
}

function instrumented(job: ClaimedJob, work: Work, startedAtMs: number): Promise<Outcome> {
  if (!work.instrumentation) return attempt(job, work, startedAtMs)
  const { id, name, queue, carrier } = job
  return work.instrumentation.perform({ id, name, queue, attempt: job.attempts + 1, carrier }, (details) => {
    const detailed = details ? { ...work, log: withDetails(work.log, details) } : work
    return attempt(job, detailed, startedAtMs).catch((error) => failureOrMisuse(job, work, error))
  })
}

async function attempt(job: ClaimedJob, work: Work, startedAtMs: number): Promise<Outcome> {
  const { definition } = work
  if (job.interruptions >= (definition.maxInterruptions ?? DEFAULT_MAX_INTERRUPTIONS)) {
    const message = `${job.interruptions} drainers died while this job ran there alone`
    return { kind: "discarded", error: new InterruptedError("interrupted", message), counts: false }
  }
  const payload = definition.input ? await parsePayload(job.name, definition.input, job.payload) : job.payload
  if (definition.transactional) return performInTransaction(job, work, payload, startedAtMs)
  const context = new Context(job, work)
  try {
    const result = await definition.perform(payload, context)
    if (context.continuation) await context.continuation.join()
    return succeeded(job, work, result)
  } finally {
    if (context.continuation) await context.continuation.end()
  }
}

/** The job's completion is written in the transaction that the work was done in: both are committed, or neither. */
async function performInTransaction(
  job: ClaimedJob,
  work: Work,
  payload: unknown,
  startedAtMs: number,
): Promise<Outcome> {
  const { signal } = work.cutoff
  return work.transactions.run(signal, async (transaction, record) => {
    const result = await work.definition.perform(payload, new Context(job, work, transaction))
    signal.throwIfAborted()
    const outcome = succeeded(job, work, result)
    const isOurs = await record(
      job.id,
      outcomeJson({ job, outcome, startedAtMs, endedAtMs: performance.now() }),
    )
    if (!isOurs)
      throw new SluiceError(
        "job_lost",
        `Job ${job.id} was not found as it was claimed; its transaction was rolled back`,
      )
    return { kind: "committed" }
  })
}

/** The work is done, so a result that can't be stored is dropped with a warning rather than done again. */
function succeeded(job: ClaimedJob, work: Work, result: unknown): Outcome {
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
function failureOrMisuse(job: ClaimedJob, work: Work, thrown: unknown): Outcome {
  try {
    return failure(job, work, thrown)
  } catch (misuse) {
    return failure(job, work, misuse)
  }
}

/** What a failed execution comes to. */
export function failure(job: ClaimedJob, work: Work, thrown: unknown): Outcome {
  const { reason } = work.cutoff
  // nothing else is: a job whose work says it is lost may still be this drainer's, and would come again at once for ever
  if (work.drainer.lost.aborted || reason instanceof SessionLostError) return { kind: "lost" }
  if (reason instanceof DrainEndsError) return { kind: "snoozed", waitMs: 0 }
  if (thrown instanceof Snooze) return { kind: "snoozed", waitMs: durationMs(thrown.wait, ["Snooze"]) }
  if (thrown instanceof Discard) return { kind: "discarded", error: thrown, counts: true }

  const error = reason ?? thrown // after a timeout the reason says more than the AbortError that came of it
  const attempt = job.attempts + 1
  if (attempt >= maxAttemptsOf(job, work)) return { kind: "discarded", error, counts: true }
  const waitMs =
    thrown instanceof RetryAfter
      ? durationMs(thrown.wait, ["RetryAfter"])
      : backoffMs(work.definition.backoff, attempt)
  return { kind: "retried", error, waitMs }
}
