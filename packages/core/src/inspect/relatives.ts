import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import type { Carrier } from "../job/carrier.ts"
import { assertJobId } from "../job/job-id.ts"
import type { JobState } from "../job/job-options.ts"

/** A job that another one waits for, or that waits for it. */
export interface RelatedJob {
  readonly id: string
  readonly name: string
  readonly state: JobState
}

/** What a job is connected with. */
export interface JobRelatives {
  /** The jobs after which it runs, by their ids: up to 100 of which something is known. */
  readonly parents: readonly RelatedJob[]
  readonly parentCount: number
  /** The jobs that run after it, in the same way. */
  readonly children: readonly RelatedJob[]
  readonly childCount: number
  /** The correlation id and the trace context of its enqueue. Null once it has finished, or if it has none. */
  readonly carrier: Carrier | null
}

const MOST_RELATIVES = 100

export async function readRelatives(database: Queryable, schema: string, id: string): Promise<JobRelatives> {
  const { text, values } = protocolCall(schema, "get_relatives", {
    p_id: assertJobId(id),
    p_limit: MOST_RELATIVES,
  })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as relatives`, values)
  return JSON.parse(rows[0].relatives)
}
