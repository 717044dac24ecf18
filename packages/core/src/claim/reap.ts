import { protocolCall } from "../database/protocol-call.ts"
import { isTransient } from "../database/sqlstate.ts"
import { codeOf } from "../database/translate-error.ts"
import type { Drainer } from "../session/drainer.ts"
import { timed } from "../session/tally.ts"
import type { ClaimPosition } from "./position.ts"

/** How soon it is tried again after an error, or after so many tries in a row that brought nothing. */
const AGAIN_AFTER_MS = 1_000
const FRUITLESS_TRIES = 20

/**
 * Takes over some of what a dead drainer had in flight, after a claim that saw one. Returns whether to look for work again
 * before the drain ends. The queue doesn't depend on it: jobs that can't be reaped, because somebody holds their rows or
 * their locks, stay aside, and others are claimed.
 */
export async function reap(drainer: Drainer, position: ClaimPosition): Promise<boolean> {
  const { tally, log } = drainer
  if (performance.now() < position.reapAgainAtMs) return false
  try {
    const { text, values } = protocolCall(drainer.schema, "reap", {
      p_drainer: drainer.id,
      p_limit: position.largestReap,
    })
    const [part] = await timed(drainer, "claim", drainer.query(`select * from ${text}`, values))
    if (!part) return false
    tally.interrupted += part.reaped
    if (part.reaped > 0) log.warn("A drainer died; its jobs run again", { jobs: part.reaped })
    return part.reaped > 0 || !part.more || isWorthAnotherTry(position)
  } catch (error) {
    drainer.lost.throwIfAborted()
    if (isLockTableFull(error) && position.largestReap > 1) {
      position.largestReap = Math.floor(position.largestReap / 2)
      return true
    }
    if (isTransient(error)) return isWorthAnotherTry(position)
    log.warn("A dead drainer could not be reaped; trying again", { error: String(error) })
    return pause(position)
  }
}

/** What is locked is mostly so for the moment of another's claim. */
function isWorthAnotherTry(position: ClaimPosition): boolean {
  return ++position.fruitlessReaps < FRUITLESS_TRIES || pause(position)
}

function pause(position: ClaimPosition): false {
  position.fruitlessReaps = 0
  position.reapAgainAtMs = performance.now() + AGAIN_AFTER_MS
  return false
}

/** The server has no room for another lock. */
export function isLockTableFull(error: unknown): boolean {
  return codeOf(error) === "53200"
}
