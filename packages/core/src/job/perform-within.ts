import { withResolvers } from "../checks/with-resolvers.ts"
import type { Executor } from "./executor.ts"
import type { JobContext } from "./job-context.ts"

/** How long an executor may take to settle after the signal aborts. */
const PATIENCE_MS = 100

/**
 * Performs a job with an executor, and rejects with the signal's reason if the executor doesn't settle soon after the
 * signal aborts. Nothing of the job runs in this process, so the drain can end without the executor's answer.
 */
export async function performWithin(
  executor: Executor,
  payload: unknown,
  context: JobContext,
): Promise<unknown> {
  const { signal } = context
  const { promise: impatience, reject } = withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  const losePatience = () => {
    timer = setTimeout(() => reject(signal.reason), PATIENCE_MS)
  }
  signal.addEventListener("abort", losePatience)
  if (signal.aborted) losePatience()
  try {
    return await Promise.race([executor.perform(payload, context), impatience])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener("abort", losePatience)
  }
}
