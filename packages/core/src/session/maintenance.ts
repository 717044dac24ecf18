import { protocolCall } from "../database/protocol-call.ts"
import type { Logger } from "../logger.ts"

/** How long a drain spends on maintenance before it begins. The rest is left to later drains. */
const BUDGET_MS = 250

/**
 * Prepares and drops partitions of the history and deletes old rows, as far as that is due. Each step is a statement of its
 * own. A step that fails is logged and doesn't stop the drain.
 */
export async function runMaintenance(
  // biome-ignore lint/suspicious/noExplicitAny: rows are typed where a statement is written
  query: (text: string, values: unknown[]) => Promise<any[]>,
  schema: string,
  log: Logger,
): Promise<void> {
  const endsAtMs = performance.now() + BUDGET_MS
  try {
    while (performance.now() < endsAtMs) {
      const { text, values } = protocolCall(schema, "run_maintenance", {})
      const [done] = await query(`select step, error from ${text}`, values)
      if (!done) return
      if (done.error !== null) log.warn("A maintenance step failed", { step: done.step, error: done.error })
    }
  } catch (error) {
    log.warn("Maintenance failed", { error: String(error) })
  }
}
