import type { ClaimPosition } from "../claim/position.ts"
import { protocolCall } from "../database/protocol-call.ts"
import type { JobRunner } from "../perform/job-runner.ts"
import { bestEffort } from "../session/best-effort.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"

/** For this long after a claim that found work, the drainer looks or glances for more every few milliseconds; then it listens. */
const HOT_MS = 100
const HOT_LOOK_MS = 2
/** The longer nothing has come, the less a job minds a few milliseconds more, and the more seldom the drainer glances. */
const LEAST_GLANCE_MS = 1
const MOST_GLANCE_MS = 5
const SHARE_OF_QUIET = 0.1
/** It looks at least this often, notified or not: for urgent work, for dead drainers, and to show that it lives. */
const LOOK_MS = 500
/** While drainers stand by, one of them looks for a lane about this often. */
const LANE_LOOK_MS = 10
/** A drainer that stands by for this long, and for longer than it lingers, leaves the jobs to the others. */
const STAND_BY_MS = 5_000
/** Any drainer that lingers waits for what is due within this time, even if it lingers for less. */
const SOON_MS = 1_000

/** How a drainer waits for work that has not come yet. */
export interface Linger {
  /** Whether a drainer that has nothing to do stays. */
  shouldStay(): boolean
  /** What is due within this time is waited for in any case. */
  readonly soonMs: number
  /** Whether it has stood by for so long that the others don't need it. */
  isSuperfluous(): boolean
  /** Milliseconds that the drainer may wait for outcomes before it looks for work again. */
  untilLookMs(runner: JobRunner): Promise<number>
}

/**
 * Looking costs less than being notified while work keeps coming, because a notification serializes the commits of those
 * who enqueue. So a drainer listens for notifications only once it has found nothing for a while.
 */
export function createLinger(
  drainer: Drainer,
  position: ClaimPosition,
  deadline: Deadline,
  { lingerMs, lingersOnlyAfterWork }: { lingerMs: number; lingersOnlyAfterWork: boolean },
): Linger {
  const { tally } = drainer
  let claimed = 0
  let workedAtMs = performance.now()
  let isListening = false
  let notifiedAtMs = 0
  drainer.onNotification((channel) => {
    if (channel === drainer.schema) notifiedAtMs = performance.now()
  })

  const soonMs = lingerMs === 0 ? 0 : SOON_MS
  return {
    soonMs,
    shouldStay,
    isSuperfluous: () => standingByMs() > Math.max(STAND_BY_MS, lingerMs),
    async untilLookMs(runner) {
      const isIdle = runner.isIdle()
      position.mayGlance = false // a notification may be of what a glance doesn't see
      if (isIdle && position.hasGlanced && !shouldStay()) return 0 // for the look before the end
      if (position.standingBySinceMs !== undefined) return Math.min(LOOK_MS, drainer.drainers * LANE_LOOK_MS)
      if (position.isCutShort && runner.room() > 0) return 0
      if (!position.isCaughtUp || runner.room() === 0) return isIdle ? 0 : LOOK_MS
      if (lingerMs === 0) return LOOK_MS
      const isHot = quietMs() < HOT_MS
      if (isHot === isListening) {
        await listen(!isHot)
        return 0 // a job stored before its transaction could know that this drainer listens
      }
      if (notifiedAtMs > position.sentAtMs) {
        notifiedAtMs = 0
        return 0 // of a job that the last claim may not have seen
      }
      const leftMs = isIdle && quietMs() < patienceMs() ? patienceMs() - quietMs() : LOOK_MS
      position.mayGlance = isHot && shouldStay()
      return Math.min(untilDueMs(), leftMs, isHot ? hotMs() : LOOK_MS)
    },
  }

  function shouldStay(): boolean {
    if (lingerMs === 0 || !deadline.isAmple()) return false
    return quietMs() < patienceMs() || untilDueMs() <= Math.max(soonMs, patienceMs())
  }

  function standingByMs(): number {
    return performance.now() - (position.standingBySinceMs ?? performance.now())
  }

  function hotMs(): number {
    if (!position.glances.areEnough(position)) return HOT_LOOK_MS
    return Math.max(LEAST_GLANCE_MS, Math.min(MOST_GLANCE_MS, quietMs() * SHARE_OF_QUIET))
  }

  function patienceMs(): number {
    return lingersOnlyAfterWork && tally.claimed === 0 ? 0 : lingerMs
  }

  /** Milliseconds since the last claim that found work. */
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
