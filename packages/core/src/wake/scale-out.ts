import type { ClaimPosition } from "../claim/position.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { bestEffort } from "../session/best-effort.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"
import { settledCount } from "../session/tally.ts"

const PLAN_EVERY_MS = 1_000
/** A drainer that performs its backlog within this time needs no others. */
const ENOUGH_WITHIN_S = 5

export interface ScaleOut {
  /** Invokes further drainers if the backlog calls for them. At most once a second. */
  invokeIfNeeded(): Promise<void>
}

/**
 * Has further drainers invoked while the backlog is deep or old. The database keeps their number within `maxDrainers`, and
 * lets one drainer at a time plan, so that they don't all call at once.
 */
export function createScaleOut(
  drainer: Drainer,
  position: ClaimPosition,
  deadline: Deadline,
  options: {
    names: readonly string[]
    concurrency: number
    maxDrainers: number
    scaleOut: ((drainers: number) => void) | undefined
  },
): ScaleOut {
  const { names, concurrency, maxDrainers, scaleOut } = options
  let plannedAtMs = performance.now()
  let settledByThen = 0

  return {
    async invokeIfNeeded() {
      const elapsedMs = performance.now() - plannedAtMs
      if (!scaleOut || elapsedMs < PLAN_EVERY_MS || (position.isCaughtUp && deadline.isAmple())) return
      if (drainer.hasLane || position.standingBySinceMs !== undefined) return // the database is what limits them
      const settled = settledCount(drainer.tally)
      const perSecond = (settled - settledByThen) / (elapsedMs / 1_000)
      plannedAtMs = performance.now()
      settledByThen = settled
      const wanted = await plan(Math.max(concurrency, Math.round(perSecond * ENOUGH_WITHIN_S)))
      if (wanted > 0) scaleOut(wanted)
    },
  }

  /** Returns how many further drainers are needed. `capacity`: how many jobs this one performs in time. */
  async function plan(capacity: number): Promise<number> {
    const { text, values } = protocolCall(drainer.schema, "plan_scale_out", {
      p_drainer: drainer.id,
      p_names: names,
      p_capacity: capacity,
      p_max_drainers: maxDrainers,
      p_pool: drainer.pool,
    })
    const rows = await bestEffort(drainer, drainer.query(`select ${text} as wanted`, values))
    return rows?.[0]?.wanted ?? 0
  }
}
