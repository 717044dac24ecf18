import type { ClaimedJob } from "./claim.ts"
import { dispensable } from "./dispensable.ts"
import type { Drainer } from "./drainer.ts"
import { protocolCall } from "./protocol-call.ts"
import { list } from "./settle.ts"

/**
 * Leaves jobs that were claimed and not begun to whoever claims them next; this drainer looks for them at their place.
 * Returns those that it has to keep.
 */
export async function giveBack(
  drainer: Drainer,
  jobs: readonly ClaimedJob[],
): Promise<readonly ClaimedJob[]> {
  if (jobs.length === 0) return []
  const { schema, id, backendPid, cursor, holdings, counts } = drainer
  const ids = list(jobs.map((job) => job.id))
  const give = protocolCall(schema, "give_back", { p_drainer: id, p_backend: backendPid, p_ids: ids })
  if (!(await dispensable(drainer, drainer.query(`select ${give.text}`, give.values)))) return jobs

  const unlock = protocolCall(schema, "unlock_given_back", { p_ids: ids })
  await drainer.query(`select ${unlock.text}`, unlock.values)
  for (const job of jobs) holdings.release(job)
  counts.released += jobs.length
  cursor.mark = null
  return []
}
