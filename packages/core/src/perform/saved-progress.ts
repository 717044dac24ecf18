import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { retryWhileTemporary } from "../database/retry.ts"
import { withOwnParsers } from "../database/type-parsers.ts"
import { SluiceError } from "../errors.ts"
import { DrainEndingError } from "./cancellation.ts"
import { deadlineAtMsOf, type JobRun, recordCheckpoint } from "./job-run.ts"
import { temporaryToNotNow } from "./not-now.ts"

/** How long Sluice tries to save a checkpoint before the execution ends without it. */
const SAVE_WITHIN_MS = 10_000

export type CheckpointKind = "step" | "cursor" | "sleep" | "wait" | "event" | "gathering"

/** A checkpoint that an earlier execution of the job has saved. */
export interface SavedCheckpoint {
  readonly kind: CheckpointKind
  /** JSON of a step's result, a cursor's position or the end of a wait; undefined for no result, a cursor at its end, or a wait that lasts. */
  readonly value: string | undefined
  /** When a sleep ends, on the clock of `performance.now()`. */
  readonly untilAtMs: number
  /** When a sleep ends, or a wait that has ended was first seen to have, in milliseconds since 1970 by the database's clock. */
  readonly endedAtMs: number
}

/** Loads the checkpoints of a job, by name. */
export async function loadProgress(run: JobRun): Promise<ReadonlyMap<string, SavedCheckpoint>> {
  const { text, values } = protocolCall(run.environment.drainer.schema, "progress_of", { p_job: run.job.id })
  const rows = await query(run, `select * from ${text}`, values)
  const nowMs = performance.now()
  return new Map(
    rows.map(({ kind, name, value, remaining_ms, ended_at_ms }) => [
      name,
      { kind, value: value ?? undefined, untilAtMs: nowMs + remaining_ms, endedAtMs: ended_at_ms },
    ]),
  )
}

/** A checkpoint to be saved: JSON of a step or cursor, or the duration of a sleep. */
export interface NewCheckpoint {
  readonly kind: CheckpointKind
  readonly name: string
  readonly json?: string | undefined
  readonly sleepMs?: number
}

/** Saves a checkpoint through the drainer's session. Throws if the job no longer belongs to the drainer. */
export async function saveProgress(run: JobRun, { kind, name, json, sleepMs }: NewCheckpoint): Promise<void> {
  const { drainer } = run.environment
  const { text, values } = protocolCall(drainer.schema, "save_progress", {
    p_backend: drainer.backendPid,
    p_job: run.job.id,
    p_fence: run.job.fence,
    p_kind: kind,
    p_name: name,
    p_value: json,
    p_sleep_ms: sleepMs,
  })
  assertOwned(run, await query(run, `select ${text} as is_ours`, values))
  recordCheckpoint(run)
}

/** Makes a token that can be completed from now on. */
export async function openWait(run: JobRun, token: string): Promise<void> {
  const { drainer } = run.environment
  const { text, values } = protocolCall(drainer.schema, "open_wait", {
    p_backend: drainer.backendPid,
    p_job: run.job.id,
    p_fence: run.job.fence,
    p_token: token,
  })
  assertOwned(run, await query(run, `select ${text} as is_ours`, values))
}

/** For what event a job waits. */
export interface EventWait {
  readonly key: string
  readonly event: string
  /** JSON. */
  readonly match: string
}

/** Begins the wait for an event. */
export async function openEventWait(run: JobRun, { key, event, match }: EventWait): Promise<void> {
  const { drainer } = run.environment
  const { text, values } = protocolCall(drainer.schema, "open_event_wait", {
    p_backend: drainer.backendPid,
    p_job: run.job.id,
    p_fence: run.job.fence,
    p_key: key,
    p_event: event,
    p_match: match,
  })
  assertOwned(run, await query(run, `select ${text} as is_ours`, values))
}

/** Returns how the wait for an event has ended, as JSON, or how long it may still last. */
export async function awaitEvent(
  run: JobRun,
  { key, event, match }: EventWait,
  timeoutMs: number,
): Promise<EndedWait> {
  const { drainer } = run.environment
  const { text, values } = protocolCall(drainer.schema, "await_event", {
    p_backend: drainer.backendPid,
    p_job: run.job.id,
    p_fence: run.job.fence,
    p_key: key,
    p_event: event,
    p_match: match,
    p_timeout_ms: timeoutMs,
  })
  return endedWait(run, await query(run, `select * from ${text}`, values))
}

/** Returns how the wait for a token has ended, as JSON, or how long it may still last. */
export async function awaitToken(run: JobRun, token: string, timeoutMs: number): Promise<EndedWait> {
  const { drainer } = run.environment
  const { text, values } = protocolCall(drainer.schema, "await_token", {
    p_backend: drainer.backendPid,
    p_job: run.job.id,
    p_fence: run.job.fence,
    p_token: token,
    p_timeout_ms: timeoutMs,
  })
  return endedWait(run, await query(run, `select * from ${text}`, values))
}

/** How a wait has ended, as JSON; null: it may last for so long. */
export interface EndedWait {
  readonly ended: string | null
  readonly remainingMs: number
  /** When an earlier execution saw that it had; undefined: none did. */
  readonly endedAtMs: number | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: as drainer.query
export function endedWait(run: JobRun, rows: any[]): EndedWait {
  assertOwned(run, rows)
  recordCheckpoint(run)
  const [{ ended, remaining_ms, ended_at_ms }] = rows
  return { ended, remainingMs: remaining_ms, endedAtMs: ended_at_ms ?? undefined }
}

/**
 * Does the work in a transaction that saves its checkpoint too, and returns the JSON. What ends the execution aborts it, also a
 * statement that hangs, but not the drainer's deadline: work that is done after that, within the grace period, is still committed.
 */
export async function saveInTransaction(
  run: JobRun,
  kind: CheckpointKind,
  name: string,
  work: (transaction: Queryable) => Promise<string | undefined>,
): Promise<string | undefined> {
  const { connections, transactions } = run.environment
  const execution = { cancellation: run.cancellation, deadlineAtMs: deadlineAtMsOf(run) }
  return connections.withConnection(execution, async () => {
    const json = await transactions.run(untilOver(run), async (transaction) => {
      const json = await work(transaction)
      await storeProgress(run, transaction, { kind, name, json })
      return json
    })
    recordCheckpoint(run)
    return json
  })
}

/** Aborts once nothing that the execution does counts any more: at its timeout, when it is canceled, or the session is lost. */
function untilOver({ cancellation: { signal }, environment: { drainer } }: JobRun): AbortSignal {
  const over = new AbortController()
  const onAbort = () => {
    if (!(signal.reason instanceof DrainEndingError)) over.abort(signal.reason)
  }
  signal.addEventListener("abort", onAbort)
  if (signal.aborted) onAbort()
  return AbortSignal.any([drainer.lost, over.signal])
}

async function storeProgress(run: JobRun, transaction: Queryable, checkpoint: NewCheckpoint): Promise<void> {
  const { text, values } = protocolCall(run.environment.drainer.schema, "store_progress", {
    p_job: run.job.id,
    p_fence: run.job.fence,
    p_kind: checkpoint.kind,
    p_name: checkpoint.name,
    p_value: checkpoint.json,
  })
  const { rows } = await temporaryToNotNow(
    transaction.query(withOwnParsers(`select ${text} as is_ours`), values),
  )
  assertOwned(run, rows)
}

/** A statement on the drainer's session. */
// biome-ignore lint/suspicious/noExplicitAny: as drainer.query
export function query({ environment: { drainer } }: JobRun, text: string, values: unknown[]): Promise<any[]> {
  return temporaryToNotNow(retryWhileTemporary(drainer, SAVE_WITHIN_MS, () => drainer.query(text, values)))
}

export function assertOwned({ job }: JobRun, rows: { is_ours: boolean }[]): void {
  if (rows[0]?.is_ours) return
  const message = `Job ${job.id} no longer belongs to this drainer; its progress was not saved`
  throw new SluiceError("job_lost", message)
}
