import type { AnyJobDefinition } from "../job/define-job.ts"
import { shortMessage } from "../job/serialize-error.ts"
import type { Logger } from "../logger.ts"

/** Closes what executors keep open. One that fails doesn't keep the drainer's session open. */
export async function closeExecutors(definitions: Iterable<AnyJobDefinition>, log: Logger): Promise<void> {
  const closing = [...definitions].map(async ({ executor }) => executor?.end?.())
  for (const result of await Promise.allSettled(closing)) {
    if (result.status === "rejected")
      log.warn("An executor could not be closed", { error: shortMessage(result.reason) })
  }
}
