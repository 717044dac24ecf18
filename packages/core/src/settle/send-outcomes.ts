import { toPgArray, toPgTextArray } from "../database/array-literal.ts"
import { protocolCall } from "../database/protocol-call.ts"
import type { RecordedText } from "../job/error-record.ts"
import type { Execution } from "../job/outcome.ts"
import type { Drainer } from "../session/drainer.ts"
import { logDetails } from "./conclude.ts"
import { durationOf, outcomeJson, resultOf } from "./outcome-json.ts"

/** Writes successes. Returns the ids that it did not write, because the jobs belong to others. */
export async function sendSuccesses(
  drainer: Drainer,
  executions: readonly Execution[],
  form: RecordedText,
): Promise<string[]> {
  if (form !== "full") warnOfReduced(drainer, executions)
  const { text, values } = protocolCall(drainer.schema, "settle_succeeded", {
    p_drainer: drainer.id,
    p_backend: drainer.backendPid,
    p_ids: toPgArray(executions.map(({ job }) => job.id)),
    p_fences: toPgArray(executions.map(({ job }) => job.fence)),
    p_durations_ms: toPgArray(executions.map(durationOf)),
    p_results: form === "full" ? resultsOf(executions) : null,
  })
  const [{ lost }] = await drainer.queryPrepared(`select ${text}::pg_catalog.text[] as lost`, values)
  return lost
}

/** Null if no execution has a result. */
function resultsOf(executions: readonly Execution[]): string | null {
  const results = executions.map(resultOf)
  return results.every((result) => result === undefined) ? null : toPgTextArray(results)
}

/** Writes outcomes of any kind. Returns the ids that it did not write, because the jobs belong to others. */
export async function sendOutcomes(
  drainer: Drainer,
  executions: readonly Execution[],
  form: RecordedText,
): Promise<string[]> {
  if (form !== "full") warnOfReduced(drainer, executions)
  const { text, values } = protocolCall(drainer.schema, "settle", {
    p_drainer: drainer.id,
    p_backend: drainer.backendPid,
    p_outcomes: `[${executions.map((execution) => outcomeJson(execution, form)).join(",")}]`,
  })
  const [{ lost }] = await drainer.queryPrepared(`select ${text}::pg_catalog.text[] as lost`, values)
  return lost
}

function warnOfReduced({ log }: Drainer, executions: readonly Execution[]): void {
  for (const { job, outcome } of executions) {
    const what = "resultJson" in outcome ? "result" : "error text"
    const how = "the outcome is written without it, or with its text reduced to ASCII"
    log.warn(`Postgres can't store the ${what}: ${how}`, logDetails(job))
  }
}
