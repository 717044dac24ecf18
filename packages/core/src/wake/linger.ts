import type { ClaimPosition } from "../claim/position.ts"
import { protocolCall } from "../database/protocol-call.ts"
import type { JobRunner } from "../perform/job-runner.ts"
import { bestEffort } from "../session/best-effort.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"

/** After a claim that found work, the next work is looked for every few milliseconds for so long; then it is listened for. */
const HOT_MS = 100
const HOT_LOOK_MS = 2
/** A look at least so often, notified or not: for urgent work, the dead, and as a sign of life. */
const LOOK_MS = 500
/** What is due within this time is waited for, also by a drainer that lingers for less. */
const SOON_MS = 1_000

/** How a drainer waits for work that is not there yet. */
export interface Linger {
  /** Whether a drainer that has nothing to do stays. */
  lasts(): boolean
  /** What is due within this time is waited for in any case. */
  readonly soonMs: number
  /** Milliseconds that it may wait for outcomes before it looks for work again. */
  untilLookMs(runner: JobRunner): Promise<number>
}

/**
 * Looking costs less than being notified while work keeps coming, because a notification serialises the commits of
 * those who enqueue. So a drainer asks for notifications only once it has found nothing for a while.
 */
export function createLinger(
  drainer: Drainer,
  position: ClaimPosition,
  deadline: Deadline,
  lingerMs: number,
): Linger {
  const { tally } = drainer
  let claimed = 0
  let workedAtMs = performance.now()
  let isListening = false

  const soonMs = lingerMs === 0 ? 0 : SOON_MS
  return {
    soonMs,
    lasts() {
      if (lingerMs === 0 || !deadline.isAmple()) return false
      return quietMs() < lingerMs || untilDueMs() <= Math.max(soonMs, lingerMs)
    },
    async untilLookMs(runner) {
      const isIdle = runner.isIdle()
      if (position.isCutShort && runner.room() > 0) return 0
      if (!position.isCaughtUp || runner.room() === 0) return isIdle ? 0 : LOOK_MS
      if (lingerMs === 0) return LOOK_MS
      const isHot = quietMs() < HOT_MS
      if (isHot === isListening) {
        await listen(!isHot)
        return 0 // what was stored before its storer could know that we listen
      }
      const leftMs = isIdle && quietMs() < lingerMs ? lingerMs - quietMs() : LOOK_MS
      return Math.min(untilDueMs(), leftMs, isHot ? HOT_LOOK_MS : LOOK_MS)
    },
  }

  /** Milliseconds since the last claim that brought something. */
  function quietMs(): number {
    if (tally.claimed > claimed) {
      claimed = tally.claimed
      workedAtMs = performance.now()
    }
    return performance.now() - workedAtMs
  }

  function untilDueMs(): number {
    return Math.max(0, position.dueAtMs - performance.now())
  }

  async function listen(isToListen: boolean): Promise<void> {
    isListening = isToListen
    if (isToListen) await drainer.queryWithRetry(`listen "${drainer.schema}"`, [])
    const { text, values } = protocolCall(drainer.schema, "linger", {
      p_drainer: drainer.id,
      p_lingering: isToListen,
    })
    await bestEffort(drainer, drainer.query(`select ${text}`, values))
  }
}
