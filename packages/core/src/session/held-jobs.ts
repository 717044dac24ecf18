import type { ClaimedJob } from "../job/claimed-job.ts"

/** What a drainer's session holds: the jobs whose locks it has, settled or not, and its rows in `claims`. */
export interface HeldJobs {
  add(jobs: readonly ClaimedJob[]): void
  /** The job's outcome is committed: its lock may go with the next claim. */
  settle(job: ClaimedJob): void
  /** The job is not this drainer's any more, and its lock is gone. */
  release(job: ClaimedJob): void
  /** Hands over the jobs to unlock and the claims to delete, once each. */
  takeSettled(): { settled: string[]; spent: string[] }
  /** Puts back claims whose deletion was rolled back. */
  keepSpent(spent: readonly string[]): void
  /** Every job whose lock the session holds. */
  ids(): string[]
  /** What it holds in large jobs that are not settled, in bytes. */
  bytes(): number
}

export function createHeldJobs(): HeldJobs {
  const locked = new Set<string>()
  let settled: string[] = []
  let spent: string[] = []
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
    bytes: () => bytes,
  }
}
