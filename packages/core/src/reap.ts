import { type Drainer, timed } from "./drainer.ts"
import { protocolCall } from "./protocol-call.ts"
import { isTransient } from "./sqlstate.ts"
import { codeOf } from "./translate.ts"

/** How soon it is tried again after an error, or after so many tries in a row that brought nothing. */
const AGAIN_AFTER_MS = 1_000
const FRUITLESS_TRIES = 20

/**
 * Takes over some of what a dead drainer had in flight, after a claim that saw one. Returns whether to look for work again
 * before the drain ends. The queue doesn't depend on it: jobs that can't be reaped, because somebody holds their rows or
 * their locks, stay aside, and others are claimed.
 */
export async function reap(drainer: Drainer): Promise<boolean> {
  const { cursor, counts, log } = drainer
  if (performance.now() < cursor.reapAgainAtMs) return false
  try {
    const { text, values } = protocolCall(drainer.schema, "reap", {
      p_drainer: drainer.id,
      p_limit: cursor.largestReap,
    })
    const [part] = await timed(drainer, "claim", drainer.query(`select * from ${text}`, values))
    if (!part) return false
    counts.interrupted += part.reaped
    if (part.reaped > 0) log.warn("A drainer died; what it had in flight runs again", { jobs: part.reaped })
    return part.reaped > 0 || !part.more || isWorthAnotherTry(drainer)
  } catch (error) {
    drainer.lost.throwIfAborted()
    if (isLockTableFull(error) && cursor.largestReap > 1) {
      cursor.largestReap = Math.floor(cursor.largestReap / 2)
      return true
    }
    if (isTransient(error)) return isWorthAnotherTry(drainer)
    log.warn("A dead drainer could not be reaped; it is tried again", { error: String(error) })
    return pause(drainer)
  }
}

/** What is locked is mostly so for the moment of another's claim. */
function isWorthAnotherTry(drainer: Drainer): boolean {
  return ++drainer.cursor.fruitlessReaps < FRUITLESS_TRIES || pause(drainer)
}

function pause({ cursor }: Drainer): false {
  cursor.fruitlessReaps = 0
  cursor.reapAgainAtMs = performance.now() + AGAIN_AFTER_MS
  return false
}

/** The server has no room for another lock. */
export function isLockTableFull(error: unknown): boolean {
  return codeOf(error) === "53200"
}
