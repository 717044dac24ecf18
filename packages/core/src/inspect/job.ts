import { checkOptions } from "../checks/field.ts"
import type { Json } from "../checks/json.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import { assertJobId } from "../job/job-id.ts"
import type { ExecutionError, JobSnapshot, ReadJobOptions } from "../job/job-snapshot.ts"
import { inStore, type StoredPayloads } from "../job/payload-store.ts"
import { readObject } from "../job/read-object.ts"
import { dateOf } from "./date-of.ts"
import { executionsOf } from "./executions.ts"
import { READ_JOB } from "./fields.ts"

export async function readJob(
  database: Queryable,
  schema: string,
  id: string,
  options: ReadJobOptions = {},
): Promise<JobSnapshot | undefined> {
  checkOptions(READ_JOB, options)
  const { errorsFrom } = options
  const call = protocolCall(schema, "get_job", {
    p_id: assertJobId(id),
    p_errors_from: errorsFrom,
  })
  const found = await readJson(database, call)
  if (found === null) return undefined
  const { last, logs, ...job } = found
  const errors: ExecutionError[] = job.errors.map((error: { at: string; startedAt: string | null }) => ({
    ...error,
    at: new Date(error.at),
    startedAt: dateOf(error.startedAt),
  }))
  const isLastPage = errorsFrom === undefined || errorsFrom + errors.length >= job.errorCount
  return {
    ...job,
    runAt: new Date(job.runAt),
    expiresAt: dateOf(job.expiresAt),
    enqueuedAt: new Date(job.enqueuedAt),
    startedAt: dateOf(job.startedAt),
    finishedAt: dateOf(job.finishedAt),
    progress: job.progress && { ...job.progress, at: new Date(job.progress.at) },
    waits: job.waits.map((wait: { until: string }) => ({ ...wait, until: new Date(wait.until) })),
    retries: job.retries.map((retry: { at: string; finishedAt: string }) => ({
      ...retry,
      at: new Date(retry.at),
      finishedAt: new Date(retry.finishedAt),
    })),
    errors,
    executions: executionsOf(errors, last, logs, isLastPage),
  }
}

/** The job with its payload and result, also if they are in the app's store. */
export async function withObjects(job: JobSnapshot, payloads: StoredPayloads): Promise<JobSnapshot> {
  const { payloadKey, resultKey } = job
  const [payload, result] = await Promise.all([
    payloadKey === null ? job.payload : readObjectInTime(payloads, payloadKey),
    resultKey === null ? job.result : readObjectInTime(payloads, resultKey),
  ])
  return { ...job, payload: payload ?? null, result: result ?? null } // null: an object that is gone
}

/** Undefined for an object that is gone. */
export function readObjectInTime(
  { store, withinMs: mostMs }: StoredPayloads,
  key: string,
): Promise<Json | undefined> {
  return inStore("Reading from", mostMs, () => readObject(store, key))
}
