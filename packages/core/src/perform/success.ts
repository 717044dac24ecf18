import type { Outcome } from "../job/outcome.ts"
import { isStorableJson, storedBytes } from "../job/payload.ts"
import type { JobRun } from "./job-run.ts"

/** Results are stored up to this size, as JSON with numbers written out. */
const MAX_RESULT_BYTES = 256 * 1024

const WITHOUT_RESULT: Outcome = { kind: "succeeded", resultJson: undefined }

/** The work is done: a result that can't be stored is dropped with a warning, so that the job isn't performed again. */
export function successOutcome(run: JobRun, result: unknown): Outcome {
  return result === undefined ? WITHOUT_RESULT : { kind: "succeeded", resultJson: toResultJson(run, result) }
}

function toResultJson(run: JobRun, result: unknown): string | undefined {
  try {
    const json = JSON.stringify(result)
    if (json === undefined || isStorable(json)) return json
    warn(run, "The result is over 256 KiB or has characters that Postgres can't store, and was not stored")
  } catch (error) {
    warn(run, "The result is not JSON and was not stored", { error: String(error) })
  }
  return undefined
}

function isStorable(json: string): boolean {
  return storedBytes(json) <= MAX_RESULT_BYTES && isStorableJson(json)
}

function warn({ job, log }: JobRun, message: string, details?: Record<string, unknown>): void {
  log.warn(message, { jobId: job.id, name: job.name, ...details })
}
