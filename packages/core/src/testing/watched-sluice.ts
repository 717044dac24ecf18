import type { PerformedJob } from "../job/hooks.ts"
import type { Sluice } from "../sluice.ts"

/**
 * The `sessionTimeout` of a drain that dies or is frozen: it must not give up by itself, nor notice that it has lost its session, of which
 * its jobs would hear.
 */
export const NEVER_NOTICED = "1d"

/** The same Sluice, with something around each execution. The app's own hook is within it. */
export function withAroundPerform(
  sluice: Sluice,
  around: (job: PerformedJob, perform: () => Promise<void>) => unknown,
): Sluice {
  const own = sluice.hooks?.aroundPerform
  const aroundPerform = (job: PerformedJob, next: () => Promise<void>) =>
    around(job, async () => void (await (own ? own(job, next) : next())))
  return { ...sluice, hooks: { ...sluice.hooks, aroundPerform } }
}
