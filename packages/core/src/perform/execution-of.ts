import type { ClaimedJob } from "../job/claimed-job.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import { keptOf } from "../job/keep.ts"
import type { Execution, Outcome } from "../job/outcome.ts"
import type { JobRun } from "./job-run.ts"

/** What is to be settled of an execution that ends now. */
export function executionOf(run: JobRun, outcome: Outcome): Execution {
  const { job, definition, startedAtMs } = run
  const execution = { job, outcome, startedAtMs, endedAtMs: performance.now() }
  if (run.keptLog) return withoutPayload({ ...execution, logs: run.keptLog.toText() }, definition)
  return definition.keep === undefined ? execution : withoutPayload(execution, definition)
}

/** The same of a job that was never performed. */
export function unstartedExecution(
  job: ClaimedJob,
  definition: AnyJobDefinition | undefined,
  outcome: Outcome,
): Execution {
  const atMs = performance.now()
  const execution = { job, outcome, startedAtMs: atMs, endedAtMs: atMs }
  return definition ? withoutPayload(execution, definition) : execution
}

function withoutPayload(execution: Execution, { keep }: AnyJobDefinition): Execution {
  const finishes = ["succeeded", "discarded", "canceled"].includes(execution.outcome.kind)
  return finishes && !keptOf(keep).payload ? { ...execution, forgetsPayload: true } : execution
}
