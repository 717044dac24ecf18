import type { Logger } from "../logger.ts"

/**
 * Waits for a statement that the drain can do without. If it fails, for example because somebody at a terminal holds a row,
 * running jobs must not suffer: the error is logged and undefined returned. Throws only if the session is lost.
 */
export async function bestEffort<Value>(
  { lost, log }: { readonly lost: AbortSignal; readonly log: Logger },
  work: Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await work
  } catch (error) {
    lost.throwIfAborted()
    log.warn("A best-effort statement failed", { error: String(error) })
    return undefined
  }
}
