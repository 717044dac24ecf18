import { toPgArray } from "../database/array-literal.ts"
import { protocolCall } from "../database/protocol-call.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import { bestEffort } from "../session/best-effort.ts"
import type { Drainer } from "../session/drainer.ts"
import type { ClaimPosition } from "./position.ts"

/**
 * Releases jobs that were claimed but not started, so that any drainer can claim them. This one looks from the start again.
 * Returns the jobs that it has to keep.
 */
export async function giveBack(
  drainer: Drainer,
  position: ClaimPosition,
  jobs: readonly ClaimedJob[],
): Promise<readonly ClaimedJob[]> {
  if (jobs.length === 0) return []
  const { schema, id, backendPid, held, tally } = drainer
  const ids = toPgArray(jobs.map((job) => job.id))
  const give = protocolCall(schema, "give_back", { p_drainer: id, p_backend: backendPid, p_ids: ids })
  if (!(await bestEffort(drainer, drainer.query(`select ${give.text}`, give.values)))) return jobs

  const unlock = protocolCall(schema, "unlock_given_back", { p_ids: ids })
  await drainer.query(`select ${unlock.text}`, unlock.values)
  for (const job of jobs) held.release(job)
  tally.released += jobs.length
  position.resumeAfter = null
  return []
}
