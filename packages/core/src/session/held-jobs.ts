import type { ClaimedJob } from "../job/claimed-job.ts"

/** The jobs whose locks a drainer's session holds, settled or not, and its rows in `claims`. */
export interface HeldJobs {
  add(jobs: readonly ClaimedJob[]): void
  /** The job's outcome is committed: the next claim may release its lock. */
  settle(job: ClaimedJob): void
  /** The job no longer belongs to this drainer, and its lock is released. */
  release(job: ClaimedJob): void
  /** Returns the jobs to unlock and the claims to delete, each of them once. */
  takeSettled(): { settled: string[]; spent: number[] }
  /** Keeps claims whose deletion was rolled back for the next `takeSettled`. */
  keepSpent(spent: readonly number[]): void
  /** Every job whose lock the session holds. */
  ids(): string[]
  /** How many locks the session still holds once those of settled jobs are released. */
  unsettled(): number
  /** The size of the large jobs that are not settled, in bytes. */
  bytes(): number
}

export function createHeldJobs(): HeldJobs {
  const locked = new Set<string>()
  let settled: string[] = []
  let spent: number[] = []
  let bytes = 0
  return {
    add(jobs) {
      for (const job of jobs) {
        locked.add(job.id)
        bytes += job.bytes
      }
    },
    settle({ id, claim, bytes: freed }) {
      bytes -= freed
      settled.push(id)
      if (--claim.unsettled === 0) spent.push(claim.id)
    },
    release({ id, claim, bytes: freed }) {
      bytes -= freed
      locked.delete(id)
      if (--claim.unsettled === 0) spent.push(claim.id)
    },
    takeSettled() {
      const taken = { settled, spent }
      for (const id of settled) locked.delete(id)
      settled = []
      spent = []
      return taken
    },
    keepSpent(claims) {
      spent.push(...claims)
    },
    ids: () => [...locked],
    unsettled: () => locked.size - settled.length,
    bytes: () => bytes,
  }
}
