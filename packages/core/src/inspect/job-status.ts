import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import { assertJobId } from "../job/job-id.ts"
import type { JobSnapshot } from "../job/job-snapshot.ts"
import { dateOf } from "./date-of.ts"

/** What changes of a job while it is watched. */
export type JobStatus = Pick<JobSnapshot, "id" | "name" | "state" | "attempts" | "progress" | "finishedAt">

export async function readJobStatus(
  database: Queryable,
  schema: string,
  id: string,
): Promise<JobStatus | undefined> {
  const call = protocolCall(schema, "get_job_status", { p_id: assertJobId(id) })
  const status = await readJson(database, call)
  if (status === null) return undefined
  return {
    ...status,
    finishedAt: dateOf(status.finishedAt),
    progress: status.progress && { ...status.progress, at: new Date(status.progress.at) },
  }
}
