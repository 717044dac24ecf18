import type { Executor } from "./executor.ts"
import type { JobContext } from "./job-context.ts"

/** How long an executor may take to answer once it is told that nobody waits any more. */
const PATIENCE_MS = 100

/**
 * What an executor makes of a job, or the reason of the signal if it doesn't answer soon after that aborts. Nothing of
 * the job runs in this process, so nothing keeps the drain from ending: only the answer is no longer awaited.
 */
export async function performWithin(
  executor: Executor,
  payload: unknown,
  context: JobContext,
): Promise<unknown> {
  const { signal } = context
  const { promise: givenUp, reject } = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  const giveUp = () => {
    timer = setTimeout(() => reject(signal.reason), PATIENCE_MS)
  }
  signal.addEventListener("abort", giveUp)
  if (signal.aborted) giveUp()
  try {
    return await Promise.race([executor.perform(payload, context), givenUp])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener("abort", giveUp)
  }
}
