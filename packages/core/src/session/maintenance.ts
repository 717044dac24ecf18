import { protocolCall } from "../database/protocol-call.ts"
import { deleteObjects, MOST_DELETED, type PayloadStore } from "../job/payload-store.ts"
import { shortMessage } from "../job/serialize-error.ts"
import type { Logger } from "../logger.ts"

// biome-ignore lint/suspicious/noExplicitAny: rows are typed where a statement is written
type Query = (text: string, values: unknown[]) => Promise<any[]>

/** How long a drain spends on maintenance beside its first jobs. The rest is left to later drains. */
const BUDGET_MS = 500

/**
 * Prepares and drops partitions of the history and deletes old rows, as far as that is due. Each step is a statement of its
 * own. A step that fails is logged and doesn't stop the drain.
 */
export async function runMaintenance(
  query: Query,
  schema: string,
  log: Logger,
  store?: PayloadStore,
): Promise<void> {
  const endsAtMs = performance.now() + BUDGET_MS
  try {
    while (performance.now() < endsAtMs) {
      const { text, values } = protocolCall(schema, "run_maintenance", {})
      const [done] = await query(`select step, error from ${text}`, values)
      if (!done) break
      if (done.error !== null) log.warn("A maintenance step failed", { step: done.step, error: done.error })
    }
    if (store?.delete) await deleteSuperfluous(query, schema, store as Required<PayloadStore>)
  } catch (error) {
    log.warn("Maintenance failed", { error: shortMessage(error) })
  }
}

/** Deletes objects that no job or history needs any more. Two drainers may delete the same ones. */
async function deleteSuperfluous(query: Query, schema: string, store: Required<PayloadStore>): Promise<void> {
  const list = protocolCall(schema, "list_superfluous_objects", { p_limit: MOST_DELETED })
  const [{ keys }] = await query(`select ${list.text}::pg_catalog.text[] as keys`, list.values)
  if (keys.length === 0) return
  await deleteObjects(store, keys)
  const forget = protocolCall(schema, "forget_superfluous_objects", { p_keys: keys })
  await query(`select ${forget.text}`, forget.values)
}
