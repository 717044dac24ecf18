import type { Logger } from "../logger.ts"

/**
 * A statement that the drain can do without. Trouble of the moment with it, as a row that somebody at a terminal holds,
 * must not cut off what runs: it is logged, and undefined returned.
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
