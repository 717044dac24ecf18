import { setTimeout as wait } from "node:timers/promises"
import type { Logger } from "../logger.ts"
import { isRolledBackWhole, isTemporary, isTransient, meaningOf, sqlStateOf } from "./sqlstate.ts"

const FIRST_WAIT_MS = 20
/** Short enough that retrying alone keeps the drainer's session from timing out. */
const LONGEST_WAIT_MS = 1_000
/** For errors that look like misuse but may pass: a partition that is being attached, a function that is being replaced. */
const SHORT_RETRY_MS = 2_000

/**
 * Sends a statement again, with growing waits, while it fails with a temporary error and was rolled back completely.
 * Throws its last error if that is another one, if the time is up, or if the session is lost.
 */
export async function retryWhileTemporary<Value>(
  { lost, log }: { readonly lost: AbortSignal; readonly log: Logger },
  forMs: number,
  attempt: () => Promise<Value>,
): Promise<Value> {
  const beganAtMs = performance.now()
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await attempt()
    } catch (error) {
      const isOver = performance.now() + waitMs - beganAtMs > retryForMs(error, forMs)
      if (lost.aborted || isOver) throw error
      if (waitMs > FIRST_WAIT_MS) log.warn("Retrying a statement", { error: String(error) })
      await wait(waitMs, undefined, { signal: lost }).catch(() => {})
    }
  }
}

/** Waits before the second, third and fourth attempt. */
const BRIEF_WAITS_MS = [50, 200, 800]

/**
 * Sends a statement up to four times within about a second while it fails with a temporary error and was rolled back
 * completely. For statements that a drain can't do without, and that must not hold it up for longer.
 */
export async function retryBriefly<Value>(
  untilGiveUpMs: () => number,
  attempt: () => Promise<Value>,
): Promise<Value> {
  for (const waitMs of BRIEF_WAITS_MS) {
    try {
      return await attempt()
    } catch (error) {
      if (!isTemporary(error) || !isRolledBackWhole(error) || untilGiveUpMs() < waitMs) throw error
      await wait(waitMs)
    }
  }
  return attempt()
}

function retryForMs(error: unknown, forMs: number): number {
  if (!isRolledBackWhole(error)) return 0
  if (isTemporary(error)) return forMs
  if (sqlStateOf(error).startsWith("SL")) return 0 // raised by Sluice's SQL functions: another session, or an older schema
  return isTransient(error) || meaningOf(error) === "misuse" ? Math.min(forMs, SHORT_RETRY_MS) : 0
}
