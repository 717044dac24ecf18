import { setTimeout as wait } from "node:timers/promises"
import { toPgArray } from "../database/array-literal.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { retryWhileTemporary } from "../database/retry.ts"
import { isRolledBackWhole, isTemporary, meaningOf } from "../database/sqlstate.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import { type Form, serializeError } from "../job/error-record.ts"
import type { Execution, SettledExecution } from "../job/outcome.ts"
import type { Drainer } from "../session/drainer.ts"
import { timed } from "../session/tally.ts"
import { durationOf, outcomeJson } from "./outcome-json.ts"

/** How long a batch is tried as a whole. Then its halves are, so that one row which somebody holds doesn't keep the others. */
const PATIENCE_MS = 1_000
/** How soon what could not be written is tried again. */
const AGAIN_AFTER_MS = 1_000
/** Most bytes of results in one statement, by the characters of their JSON. */
const LARGEST_STATEMENT = 4 * 1024 * 1024
/** What a result is reduced to before it is given up, in this order. See decision 21. */
const FORMS: readonly Form[] = ["whole", "ascii", "bare"]

/**
 * Writes the outcomes of executions, and tallies them. Their locks are kept until the drainer's next claim: a lock held
 * a little longer does no harm, one released before the commit is seen does.
 * What can't be written for now is kept in `drainer.unwritten` and tried again by the next call; a row that never can
 * be is reported and left, and hinders no other. Throws only when nothing more can be written on this session.
 *
 * @param leftMs The time that there is; what it ends before is kept.
 */
export async function settle(
  drainer: Drainer,
  executions: readonly Execution[],
  leftMs: () => number = forever,
): Promise<void> {
  await writeAll(drainer, executions, leftMs)
  const { unwritten } = drainer
  if (unwritten.executions.length === 0 || performance.now() < unwritten.againAtMs) return
  await writeAll(drainer, unwritten.executions.splice(0), leftMs)
}

/** The last settle of a drain: tries until all is written or time is up, and reports what is not. */
export async function settleAll(
  drainer: Drainer,
  executions: readonly Execution[],
  leftMs: () => number,
): Promise<void> {
  const { unwritten, lost } = drainer
  unwritten.againAtMs = 0
  await settle(drainer, executions, () => Math.max(1, leftMs())) // at least once, however late it is
  while (unwritten.executions.length > 0 && leftMs() > 0) {
    await wait(Math.min(AGAIN_AFTER_MS, leftMs()), undefined, { signal: lost }).catch(() => {})
    lost.throwIfAborted()
    unwritten.againAtMs = 0
    await settle(drainer, [], leftMs)
  }
  for (const execution of unwritten.executions.splice(0)) giveUp(drainer, execution, "time was up")
}

function forever(): number {
  return Number.POSITIVE_INFINITY
}

async function writeAll(
  drainer: Drainer,
  executions: readonly Execution[],
  leftMs: () => number,
): Promise<void> {
  const usual = executions.filter(isUsual)
  if (usual.length > 0) await write(drainer, usual, writeSuccesses, leftMs)
  if (executions.length === usual.length) return
  for (const batch of batches(executions.filter(needsWords)))
    await write(drainer, batch, writeOutcomes, leftMs)
  conclude(drainer, executions.filter(isDecided))
}

/** Success without a result. */
function isUsual({ outcome }: Execution): boolean {
  return outcome.kind === "succeeded" && outcome.resultJson === undefined
}

/** Nothing is to be written any more. */
function isDecided({ outcome: { kind } }: Execution): boolean {
  return kind === "committed" || kind === "lost"
}

function needsWords(execution: Execution): boolean {
  return !isDecided(execution) && !isUsual(execution)
}

function batches(executions: readonly Execution[]): Execution[][] {
  const all: Execution[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const execution of executions) {
    const { outcome } = execution
    size += (outcome.kind === "succeeded" && outcome.resultJson?.length) || 0
    if (size > LARGEST_STATEMENT) {
      all.push([])
      size = 0
    }
    all.at(-1)?.push(execution)
  }
  return all
}

/** Sends one statement for the batch and returns the ids that it did not write, because the jobs are no longer this drainer's. */
type Send = (drainer: Drainer, batch: readonly Execution[], form: Form) => Promise<readonly string[]>

/** How a batch, or a part of one, is written. */
interface Part {
  readonly form: Form
  readonly patienceMs: number
}

/** All at once; what fails for long, or for one of its rows, in halves; a row by itself in plainer and plainer words. */
async function write(
  drainer: Drainer,
  batch: readonly Execution[],
  send: Send,
  leftMs: () => number,
  part: Part = { form: "whole", patienceMs: PATIENCE_MS },
): Promise<void> {
  const { form } = part
  try {
    if (leftMs() <= 0) return keep(drainer, batch)
    const patienceMs = Math.min(part.patienceMs, leftMs())
    const lost = await retryWhileTemporary(drainer, patienceMs, () =>
      timed(drainer, "settle", send(drainer, batch, form)),
    )
    conclude(drainer, batch, lost)
  } catch (error) {
    if (!isRolledBackWhole(error) || drainer.lost.aborted) throw error
    if (meaningOf(error) === "misuse") {
      keep(drainer, batch)
      throw error
    }
    await writeInParts(drainer, batch, send, leftMs, { form, patienceMs: 0 }, error)
  }
}

async function writeInParts(
  drainer: Drainer,
  batch: readonly Execution[],
  send: Send,
  leftMs: () => number,
  part: Part,
  error: unknown,
): Promise<void> {
  const middle = Math.ceil(batch.length / 2)
  const plainer = FORMS[FORMS.indexOf(part.form) + 1]
  if (batch.length > 1) {
    await write(drainer, batch.slice(0, middle), send, leftMs, part)
    await write(drainer, batch.slice(middle), send, leftMs, part)
  } else if (isTemporary(error)) {
    keep(drainer, batch)
  } else if (plainer && batch.every(needsWords)) {
    await write(drainer, batch, send, leftMs, { ...part, form: plainer })
  } else {
    for (const execution of batch) giveUp(drainer, execution, String(error))
  }
}

function keep({ unwritten }: Drainer, executions: readonly Execution[]): void {
  unwritten.executions.push(...executions)
  unwritten.againAtMs = performance.now() + AGAIN_AFTER_MS
}

/** It stays locked as long as the drain lasts; then it is as it was before it was claimed, and runs again. */
function giveUp({ tally, log }: Drainer, { job, outcome }: Execution, error: string): void {
  tally.lost++
  log.error("An outcome could not be written: the job will run again", {
    ...detailsOf(job),
    ...{ outcome: outcome.kind, error },
  })
}

function conclude(drainer: Drainer, executions: readonly Execution[], lost: readonly string[] = []): void {
  const notOurs = new Set(lost)
  for (const execution of executions) {
    const isWritten = execution.outcome.kind !== "lost" && !notOurs.has(execution.job.id)
    addToTally(drainer, execution, isWritten)
    if (isWritten) tell(drainer, execution)
    drainer.held.settle(execution.job)
  }
}

async function writeSuccesses(drainer: Drainer, executions: readonly Execution[]): Promise<string[]> {
  const { text, values } = protocolCall(drainer.schema, "settle_succeeded", {
    p_drainer: drainer.id,
    p_backend: drainer.backendPid,
    p_ids: toPgArray(executions.map(({ job }) => job.id)),
    p_fences: toPgArray(executions.map(({ job }) => job.fence)),
    p_durations_ms: toPgArray(executions.map(durationOf)),
  })
  const [{ lost }] = await drainer.query(`select ${text}::pg_catalog.text[] as lost`, values)
  return lost
}

async function writeOutcomes(
  drainer: Drainer,
  executions: readonly Execution[],
  form: Form,
): Promise<string[]> {
  if (form !== "whole") warnOfReduced(drainer, executions)
  const { text, values } = protocolCall(drainer.schema, "settle", {
    p_drainer: drainer.id,
    p_backend: drainer.backendPid,
    p_outcomes: `[${executions.map((execution) => outcomeJson(execution, form)).join(",")}]`,
  })
  const [{ lost }] = await drainer.query(`select ${text}::pg_catalog.text[] as lost`, values)
  return lost
}

function warnOfReduced({ log }: Drainer, executions: readonly Execution[]): void {
  for (const { job, outcome } of executions) {
    const what = outcome.kind === "succeeded" ? "result" : "error text"
    log.warn(`Postgres can't store the ${what}: the outcome is written without it, or with its text reduced to ASCII`, {
      ...detailsOf(job),
    })
  }
}

function addToTally({ tally, log }: Drainer, { job, outcome }: Execution, isWritten: boolean): void {
  if (!isWritten) {
    tally.lost++
    const message = "The job no longer belongs to this drainer; its outcome was not written"
    log.warn(message, { ...detailsOf(job), outcome: outcome.kind })
  } else if (outcome.kind === "committed") {
    tally.succeeded++
  } else if (outcome.kind !== "lost") {
    tally[outcome.kind]++
    if ("error" in outcome)
      log.warn(`Job ${outcome.kind}`, { ...detailsOf(job), error: serializeError(outcome.error).message })
  }
}

function detailsOf({ id, name, attempts, carrier }: ClaimedJob) {
  const correlationId = carrier?.correlationId
  return { jobId: id, name, attempt: attempts + 1, ...(correlationId !== undefined && { correlationId }) }
}

/** The app's own measuring is no reason to lose what was measured. */
function tell({ onSettled, log }: Drainer, execution: Execution): void {
  try {
    onSettled?.(measured(execution))
  } catch (error) {
    log.warn("onSettled failed", { error: String(error) })
  }
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
