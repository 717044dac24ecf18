import { setTimeout as wait } from "node:timers/promises"
import { SluiceError } from "../errors.ts"
import type { Logger } from "../logger.ts"
import { isRolledBackWhole, isTemporary, isTransient, meaningOf, sqlStateOf } from "./sqlstate.ts"

const FIRST_WAIT_MS = 20
/** Also a sign of life of a drainer that does nothing but try again. */
const LONGEST_WAIT_MS = 1_000
/** What only looks like somebody's mistake: a partition that is being attached, a function that is being replaced. */
const SHORT_PATIENCE_MS = 2_000

/**
 * Sends a statement again, with growing waits, while it fails for what passes and was rolled back whole. Throws its last
 * error when that is something else, when the time is up, or when the session is lost.
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
      const isOver = performance.now() + waitMs - beganAtMs > patienceMs(error, forMs)
      if (lost.aborted || isOver) throw error
      if (waitMs > FIRST_WAIT_MS) log.warn("A statement is tried again", { error: String(error) })
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

function patienceMs(error: unknown, forMs: number): number {
  if (!isRolledBackWhole(error)) return 0
  if (isTemporary(error)) return forMs
  if (sqlStateOf(error).startsWith("SL")) return 0 // our functions' own: another session, or an older schema
  return isTransient(error) || meaningOf(error) === "misuse" ? Math.min(forMs, SHORT_PATIENCE_MS) : 0
}

/** What an execution needed of the database could not be had for now. That is nobody's fault: the job is put back, uncharged. */
export class NotNowError extends SluiceError {}

/** Of work that is ours: what passes becomes a `NotNowError`. */
export async function temporaryToNotNow<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work
  } catch (error) {
    if (!isTemporary(error)) throw error
    throw new NotNowError("not_now", `The database could not do what the job needed: ${String(error)}`, {
      cause: error,
    })
  }
}
