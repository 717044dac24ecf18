import { assertName } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { dateOf } from "./date-of.ts"

/** A finished job whose last execution took long. */
export interface SlowJob {
  readonly jobId: string
  readonly queue: string
  readonly state: "succeeded" | "discarded" | "canceled"
  readonly attempts: number
  readonly startedAt: Date | null
  readonly finishedAt: Date
  readonly durationMs: number
}

const MOST = 10

export async function listSlowest(database: Queryable, schema: string, name: string): Promise<SlowJob[]> {
  assertName(name, ["name"])
  const { text, values } = protocolCall(schema, "slowest_jobs", { p_name: name, p_limit: MOST })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as jobs`, values)
  const jobs: (Omit<SlowJob, "startedAt" | "finishedAt"> & {
    startedAt: string | null
    finishedAt: string
  })[] = JSON.parse(rows[0].jobs)
  return jobs.map((job) => ({
    ...job,
    startedAt: dateOf(job.startedAt),
    finishedAt: new Date(job.finishedAt),
  }))
}
