import type { ExecutionError, JobExecution, KeptLine } from "../job/job-snapshot.ts"
import { dateOf } from "./date-of.ts"

/** An execution as the SQL function `get_job` returns it: the last one, or one whose logs are kept. */
export interface ExecutionRow extends Omit<JobExecution, "startedAt" | "endedAt" | "error" | "logs"> {
  readonly startedAt: string
  readonly endedAt: string
  /** JSON lines. */
  readonly lines?: string
}

/**
 * Puts together what is known of a job's executions. A failure, the last execution and the logs of either have the same end: they
 * were written in one transaction. The logs of what was put back stand for themselves.
 *
 * @param isLastPage Whether the last of the errors is among these.
 */
export function executionsOf(
  errors: readonly ExecutionError[],
  last: ExecutionRow | null,
  logged: readonly ExecutionRow[],
  isLastPage: boolean,
): JobExecution[] {
  const failed = errors.map(failedExecution)
  const has = (all: readonly JobExecution[], { endedAt }: ExecutionRow) =>
    all.some((one) => one.endedAt.getTime() === Date.parse(endedAt))
  const ended = last && isLastPage && !has(failed, last) ? [...failed, endedExecution(last)] : failed
  const withLogs = ended.map((one) => ({ ...one, logs: linesOf(logged, one) }))
  const putBack = logged.filter((row) => row.outcome === "snoozed" && !has(ended, row))
  const others = putBack.map((row) => ({ ...endedExecution(row), logs: parseLines(row) }))
  return [...withLogs, ...others].sort((a, b) => a.endedAt.getTime() - b.endedAt.getTime())
}

function failedExecution(failure: ExecutionError): JobExecution {
  const { attempt, outcome, at, startedAt, durationMs, waitMs, drainerId, drainer } = failure
  const error = { class: failure.class, code: failure.code, message: failure.message }
  return {
    attempt,
    outcome,
    startedAt,
    endedAt: at,
    durationMs,
    waitMs,
    drainerId,
    drainer,
    error,
    logs: null,
  }
}

function endedExecution(row: ExecutionRow): JobExecution {
  const { attempt, outcome, durationMs, waitMs = null, drainerId, drainer } = row
  const ended = { attempt, outcome, startedAt: dateOf(row.startedAt), endedAt: new Date(row.endedAt) }
  return { ...ended, durationMs, waitMs, drainerId, drainer, error: null, logs: null }
}

function linesOf(logged: readonly ExecutionRow[], { endedAt, attempt }: JobExecution): KeptLine[] | null {
  const row = logged.find((one) => Date.parse(one.endedAt) === endedAt.getTime() && one.attempt === attempt)
  return row ? parseLines(row) : null
}

function parseLines({ lines = "" }: ExecutionRow): KeptLine[] {
  return lines.split("\n").map((line) => JSON.parse(line))
}
