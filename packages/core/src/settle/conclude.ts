import type { ClaimedJob } from "../job/claimed-job.ts"
import { serializeError } from "../job/error-record.ts"
import type { Execution, SettledExecution } from "../job/outcome.ts"
import type { Drainer } from "../session/drainer.ts"

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
    if (isWritten) callOnSettled(drainer, execution)
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
    if ("error" in outcome)
      log.warn(`Job ${outcome.kind}`, { ...logDetails(job), error: serializeError(outcome.error).message })
  }
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
    log.warn("onSettled failed", { error: String(error) })
  }
}

function toSettledExecution({ job, outcome, startedAtMs, endedAtMs }: Execution): SettledExecution {
  const kind = outcome.kind === "committed" ? "succeeded" : outcome.kind
  return {
    name: job.name,
    outcome: kind as SettledExecution["outcome"], // a lost outcome isn't written
    // by the database's clock up to the claim, and by this process's clock from there
    dueToStartMs: job.claim.databaseAtMs - Date.parse(job.runAt) + startedAtMs - job.claim.arrivedAtMs,
    durationMs: endedAtMs - startedAtMs,
  }
}
