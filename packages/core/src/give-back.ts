import type { ClaimedJob } from "./claim.ts"
import type { Drainer } from "./drainer.ts"
import { list } from "./settle.ts"
import { isTransient } from "./sqlstate.ts"

/** Leaves jobs that were claimed and not begun to whoever claims them next. This drainer looks for them at their place. */
export async function giveBack(drainer: Drainer, jobs: readonly ClaimedJob[]): Promise<void> {
  if (jobs.length === 0) return
  const { schema, id, backendPid, cursor, holdings } = drainer
  const ids = list(jobs.map((job) => job.id))
  const give = () => drainer.query(`select ${schema}.give_back($1, $2, $3)`, [id, backendPid, ids])
  await give().catch((error) => {
    if (!isTransient(error)) throw error
    return give()
  })
  await drainer.query(`select ${schema}.unlock_jobs($1)`, [ids])
  for (const job of jobs) holdings.release(job)
  cursor.mark = null
}
