import { untilAborted, withinMs } from "../checks/in-time.ts"
import { InvalidResultError } from "../errors.ts"
import { DroppedResult } from "../job/dropped-result.ts"
import { keptOf } from "../job/keep.ts"
import type { Outcome } from "../job/outcome.ts"
import { checkResult, isStorableJson, storedBytes } from "../job/payload.ts"
import { MAX_STORED_BYTES, newKey, type StoredPayloads } from "../job/payload-store.ts"
import { shortMessage } from "../job/serialize-error.ts"
import type { JobRun } from "./job-run.ts"

/** Results are stored up to this size, as JSON with numbers written out. */
const MAX_RESULT_BYTES = 256 * 1024
/** How long a put may take that has not ended when the execution is aborted. */
const LAST_MS = 200

const WITHOUT_RESULT: Outcome = { kind: "succeeded", resultJson: undefined }

/**
 * The work is done: a result that can't be stored is dropped with a warning, so that the job isn't performed again. With an
 * output schema the result is part of the work, and the execution fails instead.
 */
export function successOutcome(run: JobRun, result: unknown): Outcome | Promise<Outcome> {
  const { name, output } = run.definition
  if (result instanceof DroppedResult) return withoutResult(run, result.why)
  if (output) return checkResult(name, output, result).then((checked) => outcomeWith(run, checked))
  return outcomeWith(run, result)
}

function outcomeWith(run: JobRun, result: unknown): Outcome | Promise<Outcome> {
  if (!keptOf(run.definition.keep).result) return WITHOUT_RESULT
  let json: string | undefined
  try {
    json = JSON.stringify(result)
  } catch (error) {
    return withoutResult(run, "The result is not JSON and was not stored", error)
  }
  if (json === undefined) return WITHOUT_RESULT
  const { payloads } = run.environment
  if (payloads && Buffer.byteLength(json) > payloads.overBytes) return storeResult(run, payloads, json)
  if (isStorable(json)) return { kind: "succeeded", resultJson: json }
  const why = isTooLarge(json) ? "is over 256 KiB" : "has characters that Postgres can't store"
  return withoutResult(run, `The result ${why} and was not stored`)
}

function withoutResult(run: JobRun, why: string, cause?: unknown): Outcome {
  if (run.definition.output) throw new InvalidResultError("invalid_result", why, { cause })
  warn(run, why, cause === undefined ? {} : { error: shortMessage(cause) })
  return WITHOUT_RESULT
}

async function storeResult(run: JobRun, { store }: StoredPayloads, json: string): Promise<Outcome> {
  const bytes = Buffer.from(json)
  const resultKey = newKey("results")
  try {
    if (bytes.length > MAX_STORED_BYTES)
      throw new Error(`it has ${bytes.length} bytes, more than ${MAX_STORED_BYTES}`)
    await inTime(store.put(resultKey, bytes), run.cancellation.signal)
    return { kind: "succeeded", resultJson: undefined, resultKey }
  } catch (error) {
    return withoutResult(run, "The result could not be put into the store of payloads", error)
  }
}

/** The job is done, so a store that doesn't respond must not have it time out: it would be performed again. */
async function inTime(putting: Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await untilAborted(putting, signal)
  } catch (error) {
    if (!signal.aborted) throw error
    await withinMs(putting, LAST_MS, "The put")
  }
}

function isStorable(json: string): boolean {
  return !isTooLarge(json) && isStorableJson(json)
}

function isTooLarge(json: string): boolean {
  return storedBytes(json) > MAX_RESULT_BYTES
}

function warn({ job, log }: JobRun, message: string, details?: Record<string, unknown>): void {
  log.warn(message, { jobId: job.id, name: job.name, ...details })
}
