import { withinMs } from "../checks/in-time.ts"
import { assertInteger, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import type { JobSnapshot, ReadJobOptions } from "../job/job-snapshot.ts"
import type { StoredPayloads } from "../job/payload-store.ts"
import { readObject } from "../job/read-object.ts"
import { dateOf } from "./date-of.ts"

const MAX_JOB_ID = 281_474_976_710_655n // 48 bits, the maximum of the sequence

export async function readJob(
  database: Queryable,
  schema: string,
  id: string,
  { errorsFrom }: ReadJobOptions = {},
  payloads?: StoredPayloads,
): Promise<JobSnapshot | undefined> {
  assertInteger(errorsFrom, ["errorsFrom"], 0, 1_000_000_000)
  if (!/^\d{1,15}$/.test(id) || BigInt(id) > MAX_JOB_ID)
    refuse("invalid_id", id, ["id"], "a job's id, a decimal number")
  const { text, values } = protocolCall(schema, "get_job", { p_id: id, p_errors_from: errorsFrom })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as job`, values)
  if (rows[0].job === null) return undefined
  const job = JSON.parse(rows[0].job)
  const [payload, result] = await Promise.all([
    job.payloadKey && payloads ? readInTime(payloads, job.payloadKey) : job.payload,
    job.resultKey && payloads ? readInTime(payloads, job.resultKey) : job.result,
  ])
  return {
    ...job,
    payload: payload ?? null, // an object that is gone
    result: result ?? null,
    runAt: new Date(job.runAt),
    enqueuedAt: new Date(job.enqueuedAt),
    startedAt: dateOf(job.startedAt),
    finishedAt: dateOf(job.finishedAt),
    errors: job.errors.map((error: { at: string }) => ({ ...error, at: new Date(error.at) })),
  }
}

function readInTime({ store, withinMs: mostMs }: StoredPayloads, key: string): Promise<unknown> {
  return withinMs(readObject(store, key), mostMs, "Reading from the store of payloads")
}
