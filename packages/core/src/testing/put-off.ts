import type { JobSnapshot } from "../job/job-snapshot.ts"

/** Whether the job is due later: it is delayed, sleeps, waits for a token until it times out, or is to be retried. */
export function isPutOff({ state, runAt }: JobSnapshot): boolean {
  return (state === "scheduled" || state === "waiting") && Number.isFinite(runAt.getTime())
}
