import { protocolCall } from "../database/protocol-call.ts"
import type { Logger } from "../logger.ts"

/** What a drain spends on the upkeep before it begins: the rest is left to the next one, or to a later drain. */
const BUDGET_MS = 250

/**
 * Partitions of the history are prepared and dropped, and what is old is forgotten: what is due of it, each piece in a
 * statement of its own. A step that fails is logged, and is no reason not to drain.
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
