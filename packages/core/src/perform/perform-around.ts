import { callAround } from "../job/call-hooks.ts"
import type { Outcome } from "../job/outcome.ts"
import { performedJob } from "../job/performed-job.ts"
import type { JobRun } from "./job-run.ts"

/** Performs within the hooks of the Sluice and of the definition, if they have such. */
export function performAround(run: JobRun, work: () => Promise<Outcome>): Promise<Outcome> {
  const outer = run.environment.hooks
  const inner = run.definition.hooks
  if (!outer?.aroundPerform && !inner?.aroundPerform) return work()
  const job = performedJob(run.job)
  const hooks = [outer, inner].flatMap((one) =>
    one?.aroundPerform ? (next: () => Promise<void>) => one.aroundPerform?.(job, next) : [],
  )
  return callAround({ name: "aroundPerform", hooks, work, log: run.log, signal: run.cancellation.signal })
}
