import { counted } from "../checks/format-value.ts"
import { InterruptedError, InvalidInputError, InvalidPayloadError, JobCanceledError } from "../errors.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import { storedKeysOf } from "../job/limit-keys.ts"
import type { Execution, Outcome } from "../job/outcome.ts"
import { parsePayload } from "../job/payload.ts"
import { withDetails } from "../logger.ts"
import { correlate } from "../telemetry/correlation.ts"
import { DrainEndingError } from "./cancellation.ts"
import { Context } from "./context.ts"
import { executionOf } from "./execution-of.ts"
import { failureOutcome, rescueRuleFor } from "./failure.ts"
import type { JobRun } from "./job-run.ts"
import { performAround } from "./perform-around.ts"
import { performInTransaction } from "./perform-in-transaction.ts"
import { withPayload } from "./stored-payload.ts"
import { successOutcome } from "./success.ts"

const DEFAULT_MAX_INTERRUPTIONS = 3

/** Performs one claimed job. Never throws: whatever happens becomes an outcome. */
export async function execute(run: JobRun): Promise<Execution> {
  let outcome: Outcome
  try {
    outcome = await performCorrelated(run)
  } catch (error) {
    outcome = failureOutcome(run, error)
  }
  return executionOf(run, outcome)
}

function performCorrelated(run: JobRun): Promise<Outcome> {
  const correlationId = run.job.carrier?.correlationId
  if (correlationId === undefined) return performInstrumented(run)
  run.log = withDetails(run.log, { correlationId })
  return correlate(correlationId, () => performInstrumented(run))
}

function performInstrumented(run: JobRun): Promise<Outcome> {
  const { instrumentation } = run.environment
  if (!instrumentation) return attempt(run)
  const { id, name, queue, attempts, carrier } = run.job
  return instrumentation.perform({ id, name, queue, attempt: attempts + 1, carrier }, (details) => {
    if (details) run.log = withDetails(run.log, details)
    return attempt(run).catch((error) => failureOutcome(run, error))
  })
}

/** Most jobs need no check that takes a promise of its own. */
function attempt(run: JobRun): Promise<Outcome> {
  const { job, definition } = run
  const discarded = discardUnperformed(run)
  if (discarded) return Promise.resolve(discarded)
  if (definition.input || job.lacksKey || job.payloadKey !== null) return checkAndPerform(run)
  return performChecked(run, job.payload)
}

async function checkAndPerform(run: JobRun): Promise<Outcome> {
  const { definition } = run
  const job = run.job.payloadKey === null ? run.job : await withPayload(run)
  const payload = definition.input ? await parsePayload(job.name, definition.input, job.payload) : job.payload
  if (job.lacksKey && (definition.concurrency || definition.rate))
    await failWithoutKey(definition, job.payload)
  if (run.cancellation.reason) throw run.cancellation.reason // by now another drainer may be performing it
  return performChecked(run, payload)
}

function performChecked(run: JobRun, payload: unknown): Promise<Outcome> {
  const { transactional, retry } = run.definition
  const performing = performAround(run, () =>
    transactional ? performInTransaction(run, payload) : performInDrainer(run, payload),
  )
  return retry ? performing.catch((error) => rescue(run, error)) : performing
}

async function rescue(run: JobRun, error: unknown): Promise<Outcome> {
  const rule = rescueRuleFor(run, error)
  if (!rule) throw error
  return inContext(run, (context) => rule.handler(error, context))
}

/**
 * A job without the key that it should have must not run, because no limit or rate would hold for it. It fails with the
 * error of its key; before a later attempt, the key is computed again.
 */
async function failWithoutKey(definition: AnyJobDefinition, payload: unknown): Promise<never> {
  await storedKeysOf(definition, payload)
  throw new InvalidInputError("invalid_payload", "The keys could not be computed when the job was due")
}

/** The outcome of a job that can't be performed, or has killed too many drainers. */
function discardUnperformed({ job, definition }: JobRun): Outcome | undefined {
  if (job.unread !== null) {
    const message = `The payload of job ${job.id} could not be claimed: ${job.unread}`
    return { kind: "discarded", error: new InvalidPayloadError(message, []), chargesAttempt: false }
  }
  if (job.interruptions >= (definition.maxInterruptions ?? DEFAULT_MAX_INTERRUPTIONS)) {
    const message = `${counted(job.interruptions, "drainer")} died while this job was the only one running`
    return { kind: "discarded", error: new InterruptedError("interrupted", message), chargesAttempt: false }
  }
  return undefined
}

function performInDrainer(run: JobRun, payload: unknown): Promise<Outcome> {
  const { definition, environment } = run
  return inContext(run, (context) =>
    definition.batch
      ? environment.together.perform(run, payload, context)
      : definition.perform(payload, context),
  )
}

async function inContext(run: JobRun, work: (context: Context) => unknown): Promise<Outcome> {
  const context = new Context(run)
  try {
    const result = await work(context)
    if (context.checkpoints) await context.checkpoints.join()
    throwIfTooLate(run)
    if (!isCanceled(run)) return successOutcome(run, result)
    return canceledOutcome(await successOutcome(run, result))
  } finally {
    if (context.reports) context.reports.end()
    if (context.checkpoints) await context.checkpoints.end()
  }
}

/**
 * The timeout and the loss of the session end an execution, and its later result doesn't count. At the drainer's
 * deadline the job has done nothing wrong, so a result within the grace period counts. See decision 21. That of a job
 * that was canceled is kept.
 */
function throwIfTooLate(run: JobRun): void {
  const { reason } = run.cancellation
  if (reason && !(reason instanceof DrainEndingError || isCanceled(run))) throw reason
}

function isCanceled({ cancellation: { reason } }: JobRun): boolean {
  return reason instanceof JobCanceledError
}

/** The outcome of a job that ended well although it was canceled. */
function canceledOutcome(success: Outcome): Outcome {
  return { resultJson: undefined, ...success, kind: "canceled", chargesAttempt: true }
}
