import type { ClaimedJob } from "./claim.ts"
import { type Drainer, timed } from "./drainer.ts"
import type { Execution, SettledExecution } from "./outcome.ts"
import { codeOf } from "./translate.ts"

/**
 * Writes the outcomes of executions, and tallies them. Their locks are kept until the drainer's next claim: a lock held
 * a little longer does no harm, one released before the commit is seen does.
 */
export async function settle(drainer: Drainer, executions: readonly Execution[]): Promise<void> {
  const usual = executions.filter(isUsual)
  const others = executions.length > usual.length ? executions.filter(needsWords) : []
  const lost = new Set<string>()
  for (const id of usual.length > 0 ? await writeSuccesses(drainer, usual) : []) lost.add(id)
  for (const id of others.length > 0 ? await writeOutcomes(drainer, others) : []) lost.add(id)
  for (const execution of executions) {
    const isWritten = execution.outcome.kind !== "lost" && !lost.has(execution.job.id)
    tally(drainer, execution, isWritten)
    if (isWritten) drainer.onSettled?.(measured(execution))
    drainer.holdings.settle(execution.job)
  }
}

/** Success without a result. */
function isUsual({ outcome }: Execution): boolean {
  return outcome.kind === "succeeded" && outcome.resultJson === undefined
}

function needsWords(execution: Execution): boolean {
  const { kind } = execution.outcome
  return kind !== "committed" && kind !== "lost" && !isUsual(execution)
}

/** Answers with the ids that were not written, because the jobs are no longer this drainer's. */
async function writeSuccesses(drainer: Drainer, executions: readonly Execution[]): Promise<string[]> {
  const values = [
    ...[drainer.id, drainer.backendPid, list(executions.map(({ job }) => job.id))],
    ...[list(executions.map(({ job }) => job.fence)), list(executions.map(durationOf))],
  ]
  const statement = `select ${drainer.schema}.settle_succeeded($1, $2, $3, $4, $5)::pg_catalog.text[] as lost`
  const [{ lost }] = await written(drainer, statement, values)
  return lost
}

/** Likewise. */
async function writeOutcomes(drainer: Drainer, executions: readonly Execution[]): Promise<string[]> {
  const statement = `select ${drainer.schema}.settle($1, $2, $3)::pg_catalog.text[] as settled`
  const rows = `[${executions.map(outcomeJson).join(",")}]`
  const [{ settled }] = await written(drainer, statement, [drainer.id, drainer.backendPid, rows])
  return executions.map(({ job }) => job.id).filter((id) => !settled.includes(id))
}

/** An array of numbers in Postgres' own words: the driver's conversion would look at each of them for quotes. */
export function list(numbers: readonly (number | string)[]): string {
  return `{${numbers.join(",")}}`
}

function durationOf({ startedAtMs, endedAtMs }: Execution): number {
  return Math.round(endedAtMs - startedAtMs)
}

/** Tried again when it was rolled back whole. */
async function written(drainer: Drainer, statement: string, values: unknown[]) {
  const write = () => timed(drainer, "settle", drainer.query(statement, values))
  return write().catch((error) => {
    if (!isTransient(error)) throw error
    return write()
  })
}

/** Deadlock and serialization failure: the statement was rolled back and can be repeated. */
export function isTransient(error: unknown): boolean {
  return ["40P01", "40001"].includes(codeOf(error))
}

/** One element of the argument of the SQL function `settle`. */
export function outcomeJson(execution: Execution): string {
  const { job, outcome, endedAtMs } = execution
  const row = {
    id: job.id,
    fence: job.fence,
    outcome: outcome.kind,
    counts: outcome.kind === "discarded" ? outcome.counts : outcome.kind !== "snoozed",
    duration_ms: durationOf(execution),
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

function tally({ counts, log }: Drainer, { job, outcome }: Execution, isWritten: boolean): void {
  if (!isWritten) {
    counts.lost++
    const message = "The job is no longer this drainer's; its outcome was not written"
    log.warn(message, { ...detailsOf(job), outcome: outcome.kind })
  } else if (outcome.kind === "committed") {
    counts.succeeded++
  } else if (outcome.kind !== "lost") {
    counts[outcome.kind]++
    if ("error" in outcome)
      log.warn(`Job ${outcome.kind}`, { ...detailsOf(job), error: partsOf(outcome.error).message })
  }
}

function detailsOf({ id, name, attempts, carrier }: ClaimedJob) {
  const correlationId = carrier?.correlationId
  return { jobId: id, name, attempt: attempts + 1, ...(correlationId !== undefined && { correlationId }) }
}

function measured({ job, outcome, startedAtMs, endedAtMs }: Execution): SettledExecution {
  const kind = outcome.kind === "committed" ? "succeeded" : outcome.kind
  return {
    name: job.name,
    outcome: kind as SettledExecution["outcome"], // what is lost is not written
    // by the database's clock up to the claim, and by this process's from there
    dueToStartMs: job.claim.databaseAtMs - Date.parse(job.runAt) + startedAtMs - job.claim.arrivedAtMs,
    durationMs: endedAtMs - startedAtMs,
  }
}
