import { protocolCall } from "../database/protocol-call.ts"
import { batchSize, LANES, SMALLEST_BATCH } from "../job/batch-size.ts"
import { bestEffort } from "../session/best-effort.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"
import type { ClaimPosition } from "./position.ts"

/** A drainer that claims again later than this, and than twice what its last claim took, performs its jobs more slowly than it claims them. */
const SOON_MS = 20
const SOON_IN_CLAIMS = 2
/** A drainer that has stood by for this long, while nobody has claimed as those with a lane do, takes it that these hang. */
const HUNG_AFTER_MS = 500
/** For this long it then claims without a lane: the server ends the sessions of those that hang. */
const HUNG_FOR_MS = 10_000

/**
 * The right to be one of the few drainers that claim quick jobs while many are at work. More would not be faster: they would keep each
 * other from the server's processors and caches. A drainer whose jobs take longer than claiming them claims without a lane.
 * See docs/decisions/0110-lanes.md.
 */
export interface Lane {
  /** Whether the drainer may claim now. If not, it stands by. */
  enter(): Promise<boolean>
  /** Notes what a claim brought, and leaves the lane unless the next claim follows soon. */
  noteClaim(claimed: number, sentAtMs: number): void
}

interface LastClaim {
  readonly claimed: number
  /** When the next one would come too late to be soon. */
  readonly soonUntilMs: number
}

export function createLane(drainer: Drainer, position: ClaimPosition, deadline: Deadline): Lane {
  let key: number | undefined
  /** Unknown at first, so that one of many drainers waits with its first claim, too. */
  let isQuick = true
  /** Whether a whole batch was. Only then may it hold as many locks as a lane allows: jobs that run on hold them when it is left. */
  let isProven = false
  let last: LastClaim | undefined
  let leaving: NodeJS.Timeout | undefined
  let hungUntilMs = 0

  return {
    async enter() {
      clearTimeout(leaving)
      if (last) notePace(last)
      last = undefined
      const isCrowded = drainer.drainers > LANES && performance.now() > hungUntilMs
      const needsLane = isQuick && isCrowded && key === undefined
      const mayClaim = !needsLane || (await take())
      position.standingBySinceMs = mayClaim ? undefined : (position.standingBySinceMs ?? performance.now())
      return mayClaim
    },
    noteClaim(claimed, sentAtMs) {
      const answeredAtMs = performance.now()
      const soonMs = Math.max(SOON_MS, SOON_IN_CLAIMS * (answeredAtMs - sentAtMs))
      last = { claimed, soonUntilMs: answeredAtMs + soonMs }
      if (!position.hasMore) slowDown()
      else if (key !== undefined) leaving = setTimeout(slowDown, soonMs).unref()
    },
  }

  function notePace({ claimed, soonUntilMs }: LastClaim): void {
    if (performance.now() > soonUntilMs) slowDown()
    else if (claimed >= Math.min(SMALLEST_BATCH, batchSize(drainer.drainers, false, drainer.lockRoom)))
      isQuick = isProven = true
    drainer.hasLane = isProven && key !== undefined
  }

  function slowDown(): void {
    isQuick = isProven = false
    if (key === undefined) return
    const { text, values } = protocolCall(drainer.schema, "leave_lane", { p_lane: key })
    key = undefined
    drainer.hasLane = false
    bestEffort(drainer, drainer.query(`select ${text}`, values)).catch(() => {}) // lost, and the lane with it
  }

  /** Takes a lane. Also returns true if those who have them seem to hang, or the question fails. */
  async function take(): Promise<boolean> {
    const { text, values } = protocolCall(drainer.schema, "enter_lane", {
      p_backend: drainer.backendPid,
      p_names: deadline.names(),
      p_lanes: LANES,
      p_most: SMALLEST_BATCH,
      p_pool: drainer.pool,
    })
    const rows = await bestEffort(drainer, drainer.queryPrepared(`select * from ${text}`, values))
    key = rows?.[0].lane ?? undefined
    drainer.hasLane = isProven && key !== undefined
    if (key !== undefined || !rows) return true
    const hasStoodByMs = performance.now() - (position.standingBySinceMs ?? performance.now())
    if (rows[0].is_busy || hasStoodByMs < HUNG_AFTER_MS) return false
    hungUntilMs = performance.now() + HUNG_FOR_MS
    return true
  }
}
