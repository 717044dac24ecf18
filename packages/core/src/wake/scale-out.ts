import type { ClaimPosition } from "../claim/position.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { bestEffort } from "../session/best-effort.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"

const ASK_EVERY_MS = 1_000
/** A drainer that works its backlog off within this time needs no help. */
const ENOUGH_WITHIN_S = 5

/**
 * Has further drainers invoked while the backlog is deep or old. The database holds their number to `maxDrainers`, and
 * lets one drainer ask at a time, so that not all of them call at once.
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
): { ask(): Promise<void> } {
  const { names, concurrency, maxDrainers, scaleOut } = options
  let askedAtMs = performance.now()
  let settledThen = 0

  return {
    async ask() {
      const sinceMs = performance.now() - askedAtMs
      if (!scaleOut || sinceMs < ASK_EVERY_MS || (position.isCaughtUp && deadline.isAmple())) return
      const settled = settledOf(drainer)
      const perSecond = (settled - settledThen) / (sinceMs / 1_000)
      const capacity = Math.max(concurrency, Math.round(perSecond * ENOUGH_WITHIN_S))
      askedAtMs = performance.now()
      settledThen = settled
      const plan = protocolCall(drainer.schema, "plan_scale_out", {
        p_drainer: drainer.id,
        p_names: names,
        p_capacity: capacity,
        p_max_drainers: maxDrainers,
      })
      const planning = drainer.query(`select ${plan.text} as wanted`, plan.values)
      const [answer] = (await bestEffort(drainer, planning)) ?? []
      if (answer?.wanted > 0) scaleOut(answer.wanted)
    },
  }
}

function settledOf({ tally }: Drainer): number {
  return tally.succeeded + tally.retried + tally.discarded + tally.snoozed
}
