import type { ClaimedJob } from "../job/claimed-job.ts"
import type { Execution, Outcome, SettledExecution } from "../job/outcome.ts"
import { serializeError, shortMessage } from "../job/serialize-error.ts"
import { type Logger, silent } from "../logger.ts"
import type { Drainer } from "../session/drainer.ts"
import { dueToStartMsOf, durationOf } from "./outcome-json.ts"

/** Tallies executions that are settled, and has their locks released by the next claim. */
export function conclude(
  drainer: Drainer,
  executions: readonly Execution[],
  lost: readonly string[] = [],
): void {
  const lostIds = new Set(lost)
  for (const execution of executions) {
    const isWritten = execution.outcome.kind !== "lost" && !lostIds.has(execution.job.id)
    addToTally(drainer, execution, isWritten)
    if (isWritten) {
      measure(drainer, execution)
      if (drainer.log !== silent) logOutcome(drainer.log, execution)
      callOnSettled(drainer, execution)
      if (drainer.settledHooks) drainer.settledHooks.call(execution)
    }
    drainer.held.settle(execution.job)
  }
}

function addToTally({ tally, log }: Drainer, { job, outcome }: Execution, isWritten: boolean): void {
  if (!isWritten) {
    tally.lost++
    const message = "The job no longer belongs to this drainer; its outcome was not written"
    log.warn(message, { ...logDetails(job), outcome: outcome.kind })
  } else if (outcome.kind === "committed") {
    tally.succeeded++
  } else if (outcome.kind !== "lost") {
    tally[outcome.kind]++
  }
}

function measure({ measures }: Drainer, execution: Execution): void {
  const { job, outcome, startedAtMs, endedAtMs } = execution
  measures.add({
    name: job.name,
    queue: job.queue,
    outcome: writtenKind(outcome),
    waitMs: dueToStartMsOf(execution),
    runMs: endedAtMs - startedAtMs,
    endedAtMs: job.claim.databaseAtMs + endedAtMs - job.claim.arrivedAtMs,
  })
}

/** Successes are many: they are logged at the level of debugging, which is off in production. */
function logOutcome(log: Logger, execution: Execution): void {
  const { job, outcome } = execution
  const kind = writtenKind(outcome)
  const details = { ...logDetails(job), durationMs: durationOf(execution) }
  const wait = "waitMs" in outcome && outcome.waitMs !== undefined ? { waitMs: outcome.waitMs } : {}
  if (outcome.kind === "canceled") log.info("Job canceled", details)
  else if ("error" in outcome) {
    const { stack } = serializeError(outcome.error)
    const failure = { error: shortMessage(outcome.error), ...(stack !== undefined && { stack }) }
    log.warn(`Job ${kind}`, { ...details, ...wait, ...failure })
  } else log.debug(`Job ${kind}`, { ...details, ...wait })
}

export function logDetails({ id, name, attempts, carrier }: ClaimedJob) {
  const correlationId = carrier?.correlationId
  return { jobId: id, name, attempt: attempts + 1, ...(correlationId !== undefined && { correlationId }) }
}

/** An error in the app's measuring must not affect the drain. */
function callOnSettled({ onSettled, log }: Drainer, execution: Execution): void {
  try {
    onSettled?.(toSettledExecution(execution))
  } catch (error) {
    log.warn("onSettled failed", { error: shortMessage(error) })
  }
}

function toSettledExecution(execution: Execution): SettledExecution {
  const { job, outcome, startedAtMs, endedAtMs } = execution
  return {
    name: job.name,
    queue: job.queue,
    outcome: writtenKind(outcome),
    dueToStartMs: dueToStartMsOf(execution),
    durationMs: endedAtMs - startedAtMs,
  }
}

/** A lost outcome isn't written. */
function writtenKind({ kind }: Outcome): SettledExecution["outcome"] {
  return kind === "committed" ? "succeeded" : (kind as SettledExecution["outcome"])
}
