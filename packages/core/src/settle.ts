import type { ClaimedJob } from "./claim.ts"
import { type Drainer, timed } from "./drainer.ts"
import type { Execution, Outcome, SettledExecution } from "./outcome.ts"
import { codeOf } from "./translate.ts"

/**
 * Writes the outcomes of executions in one statement, and tallies them. Their locks are kept until the drainer's next
 * claim: a lock held a little longer does no harm, one released before the commit is seen does.
 */
export async function settle(drainer: Drainer, executions: readonly Execution[]): Promise<void> {
  const toWrite = executions.filter(({ outcome }) => outcome.kind !== "committed" && outcome.kind !== "lost")
  const settled = new Set(toWrite.length > 0 ? await writeOutcomes(drainer, toWrite) : [])
  for (const execution of executions) {
    const { job, outcome } = execution
    const written = outcome.kind === "committed" || settled.has(job.id)
    tally(drainer, job, outcome, written)
    if (written) drainer.onSettled?.(measured(execution))
    drainer.holdings.settle(job)
  }
}

async function writeOutcomes(drainer: Drainer, executions: readonly Execution[]): Promise<string[]> {
  const rows = `[${executions.map(outcomeJson).join(",")}]`
  const call = () =>
    timed(
      drainer,
      "settle",
      drainer.query(`select ${drainer.schema}.settle($1, $2, $3)::text[] as ids`, [
        drainer.id,
        drainer.backendPid,
        rows,
      ]),
    )
  try {
    return (await call())[0].ids
  } catch (error) {
    if (!isTransient(error)) throw error
    return (await call())[0].ids // it was rolled back whole, so it may be said again
  }
}

/** Deadlock and serialization failure: the statement was rolled back and can be repeated. */
export function isTransient(error: unknown): boolean {
  return ["40P01", "40001"].includes(codeOf(error))
}

/** One element of the argument of the SQL function `settle`. */
export function outcomeJson({ job, outcome, startedAtMs, endedAtMs }: Execution): string {
  const row = {
    id: job.id,
    fence: job.fence,
    outcome: outcome.kind,
    counts: outcome.kind === "discarded" ? outcome.counts : outcome.kind !== "snoozed",
    duration_ms: Math.round(endedAtMs - startedAtMs),
    ended_ms_ago: Math.round(performance.now() - endedAtMs),
    ...("waitMs" in outcome && { wait_ms: outcome.waitMs }),
    ...("error" in outcome && describeError(outcome.error)),
  }
  const json = JSON.stringify(row)
  const result = outcome.kind === "succeeded" ? outcome.resultJson : undefined
  return result === undefined ? json : `${json.slice(0, -1)},"result":${result}}`
}

const MAX_CLASS_CHARACTERS = 200
const MAX_MESSAGE_CHARACTERS = 2_000
const MAX_STACK_CHARACTERS = 8_000

/** Whatever was thrown, its record can be written. */
function describeError(error: unknown) {
  const { name, message, stack } = partsOf(error)
  return {
    error_class: storable(name, MAX_CLASS_CHARACTERS),
    error_message: storable(message, MAX_MESSAGE_CHARACTERS),
    error_stack: stack && storable(stack, MAX_STACK_CHARACTERS),
  }
}

export function partsOf(error: unknown): { name: string; message: string; stack?: string } {
  try {
    if (!(error instanceof Error)) return { name: typeof error, message: String(error) }
    const cause = error.cause instanceof Error ? `\nCaused by: ${error.cause.stack}` : ""
    return {
      name: String(error.name || error.constructor.name),
      message: String(error.message),
      ...(error.stack && { stack: `${error.stack}${cause}` }),
    }
  } catch {
    return { name: typeof error, message: "(an error that can't be turned into text)" }
  }
}

function storable(text: string, mostCharacters: number): string {
  return text.replaceAll("\0", "\uFFFD").slice(0, mostCharacters).toWellFormed()
}

function tally(drainer: Drainer, job: ClaimedJob, outcome: Outcome, written: boolean): void {
  const correlationId = job.carrier?.correlationId
  const details = {
    ...{ jobId: job.id, name: job.name, attempt: job.attempts + 1 },
    ...(correlationId !== undefined && { correlationId }),
  }
  if (!written) {
    drainer.counts.lost++
    drainer.log.warn("The job is no longer this drainer's; its outcome was not written", {
      ...details,
      outcome: outcome.kind,
    })
  } else if (outcome.kind === "committed") {
    drainer.counts.succeeded++
  } else if (outcome.kind !== "lost") {
    drainer.counts[outcome.kind]++
    if ("error" in outcome)
      drainer.log.warn(`Job ${outcome.kind}`, { ...details, error: partsOf(outcome.error).message })
  }
}

function measured({ job, outcome, startedAtMs, endedAtMs }: Execution): SettledExecution {
  const kind = outcome.kind === "committed" ? "succeeded" : outcome.kind
  return {
    name: job.name,
    outcome: kind as SettledExecution["outcome"], // what is lost is not written
    dueToStartMs: job.waitedMs + startedAtMs - job.claimedAtMs,
    durationMs: endedAtMs - startedAtMs,
  }
}
