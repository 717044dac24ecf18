import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { assertJobId } from "../job/job-id.ts"
import { dateOf } from "./date-of.ts"

/** The session that has the lock of a job, which shows that the job runs, and the drainer whose session it is. */
export interface JobHolder {
  /** The server's process of the session: `pg_terminate_backend` ends it, and the job is taken over. */
  readonly backendPid: number
  /** Null, as are the others: the session is none of a drainer. */
  readonly drainerId: string | null
  /** The `label` of the drainer: on Lambda, the request id. */
  readonly drainer: string | null
  readonly drainerStartedAt: Date | null
  /** When the drainer claimed the job. Null, too, for a moment after its execution has ended. */
  readonly since: Date | null
}

export async function readHolder(
  database: Queryable,
  schema: string,
  id: string,
): Promise<JobHolder | undefined> {
  const { text, values } = protocolCall(schema, "get_holder", { p_id: assertJobId(id) })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as holder`, values)
  if (rows[0].holder === null) return undefined
  const holder = JSON.parse(rows[0].holder)
  return { ...holder, drainerStartedAt: dateOf(holder.drainerStartedAt), since: dateOf(holder.since) }
}
