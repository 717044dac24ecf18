import { errorRecord, type RecordedText } from "../job/error-record.ts"
import type { Execution } from "../job/outcome.ts"

/** Most that the column holds: 24 days. */
const LONGEST_DURATION_MS = 2 ** 31 - 1

export function durationOf({ startedAtMs, endedAtMs }: Execution): number {
  return Math.min(LONGEST_DURATION_MS, Math.round(endedAtMs - startedAtMs))
}

/** Success of a job whose payload is kept and whose logs aren't, and whose result, if there is one, is kept in the job's row. */
export function isUsualSuccess({ outcome, forgetsPayload, logs }: Execution): boolean {
  return (
    outcome.kind === "succeeded" && outcome.resultKey === undefined && !forgetsPayload && logs === undefined
  )
}

/** How long the job was due before it started: by the database's clock up to the claim, and by this process's from there. */
export function dueToStartMsOf({ job: { claim, runAt }, startedAtMs }: Execution): number {
  return claim.databaseAtMs - Date.parse(runAt) + startedAtMs - claim.arrivedAtMs
}

/** What it returned, as JSON. */
export function resultOf({ outcome }: Execution): string | undefined {
  return "resultJson" in outcome ? outcome.resultJson : undefined
}

/** One element of the argument of the SQL function `settle`. */
export function outcomeJson(execution: Execution, text: RecordedText = "full"): string {
  const { job, outcome, endedAtMs } = execution
  const row = {
    id: job.id,
    fence: job.fence,
    outcome: outcome.kind,
    charges_attempt: "chargesAttempt" in outcome ? outcome.chargesAttempt : outcome.kind !== "snoozed",
    duration_ms: durationOf(execution),
    ended_ms_ago: Math.round(performance.now() - endedAtMs),
    ...("waitMs" in outcome && { wait_ms: outcome.waitMs }),
    ...("rule" in outcome && { rule: outcome.rule }),
    ...("ruleFailures" in outcome && { rule_failures: outcome.ruleFailures }),
    ...("cuts" in outcome && { cuts: outcome.cuts }),
    ...("pausesKey" in outcome && { pauses_key: outcome.pausesKey, paused_key: outcome.pausedKey }),
    ...(execution.forgetsPayload && { forgets_payload: true }),
    ...("resultKey" in outcome && { result_key: outcome.resultKey }),
    ...("error" in outcome && failureOf(execution, outcome, text)),
    ...(text === "full" && { logs: execution.logs }),
  }
  const json = JSON.stringify(row)
  const result = text === "full" ? resultOf(execution) : undefined
  return result === undefined ? json : `${json.slice(0, -1)},"result":${result}}`
}

function failureOf(
  execution: Execution,
  outcome: Execution["outcome"] & { error?: unknown },
  text: RecordedText,
) {
  const { error_fingerprint, ...record } = errorRecord(outcome.error, text)
  const waited_ms = Math.max(0, Math.round(dueToStartMsOf(execution)))
  const { name } = execution.job
  // a job that somebody canceled has not failed, and is of no group of failures
  return { ...record, waited_ms, ...(outcome.kind !== "canceled" && { name, error_fingerprint }) }
}
