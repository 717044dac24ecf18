import { protocolCall } from "../database/protocol-call.ts"
import { isLockTableFull, isTransient } from "../database/sqlstate.ts"
import type { Drainer } from "../session/drainer.ts"
import { timed } from "../session/tally.ts"
import type { ClaimPosition } from "./position.ts"

/** How long it waits after an error, or after this many tries in a row that brought nothing. */
const AGAIN_AFTER_MS = 1_000
const FRUITLESS_TRIES = 20

/**
 * Takes over some of the jobs of a dead drainer, after a claim that saw one. Returns whether to look for work again before
 * the drain ends. The queue doesn't depend on it: jobs that can't be reaped, because somebody holds their rows or their
 * locks, are left for later, and others are claimed.
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
    return part.reaped > 0 || !part.more || mayTryAgain(position)
  } catch (error) {
    drainer.lost.throwIfAborted()
    if (isLockTableFull(error) && position.largestReap > 1) {
      position.largestReap = Math.floor(position.largestReap / 2)
      return true
    }
    if (isTransient(error)) return mayTryAgain(position)
    log.warn("A dead drainer could not be reaped; trying again", { error: String(error) })
    postpone(position)
    return false
  }
}

/** Locked jobs are mostly free again at once, after the claim of another drainer. */
function mayTryAgain(position: ClaimPosition): boolean {
  if (++position.fruitlessReaps < FRUITLESS_TRIES) return true
  postpone(position)
  return false
}

function postpone(position: ClaimPosition): void {
  position.fruitlessReaps = 0
  position.reapAgainAtMs = performance.now() + AGAIN_AFTER_MS
}
