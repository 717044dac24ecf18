import { toPgArray } from "../database/array-literal.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import { dispensable } from "../session/best-effort.ts"
import type { Drainer } from "../session/drainer.ts"
import type { ClaimPosition } from "./position.ts"

/**
 * Leaves jobs that were claimed and not begun to whoever claims them next; this drainer looks for them at their place.
 * Returns those that it has to keep.
 */
export async function giveBack(
  drainer: Drainer,
  position: ClaimPosition,
  jobs: readonly ClaimedJob[],
): Promise<readonly ClaimedJob[]> {
  if (jobs.length === 0) return []
  const { schema, id, backendPid, holdings, counts } = drainer
  const ids = toPgArray(jobs.map((job) => job.id))
  const statement = `select ${schema}.give_back($1, $2, $3)`
  if (!(await dispensable(drainer, drainer.query(statement, [id, backendPid, ids])))) return jobs

  await drainer.query(`select ${schema}.unlock_jobs($1), ${schema}.note_late_arrivals()`, [ids])
  for (const job of jobs) holdings.release(job)
  counts.released += jobs.length
  position.resumeAfter = null
  return []
}
