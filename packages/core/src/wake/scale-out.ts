import type { ClaimPosition } from "../claim/position.ts"
import { dispensable } from "../session/best-effort.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"

const ASK_EVERY_MS = 1_000
/** A drainer that works its backlog off within this time needs no help. */
const ENOUGH_WITHIN_S = 5

/**
 * Has further drainers invoked while the backlog is deep or old. The database holds their number to `maxDrainers`, and
 * lets one drainer ask at a time, so that not all of them call at once.
 */
export function createHelp(
  drainer: Drainer,
  position: ClaimPosition,
  deadline: Deadline,
  options: {
    names: readonly string[]
    concurrency: number
    maxDrainers: number
    invite: ((drainers: number) => void) | undefined
  },
): { ask(): Promise<void> } {
  const { names, concurrency, maxDrainers, invite } = options
  let askedAtMs = performance.now()
  let settledThen = 0

  return {
    async ask() {
      const sinceMs = performance.now() - askedAtMs
      if (!invite || sinceMs < ASK_EVERY_MS || (position.isCaughtUp && deadline.isAmple())) return
      const settled = settledOf(drainer)
      const perSecond = (settled - settledThen) / (sinceMs / 1_000)
      const capacity = Math.max(concurrency, Math.round(perSecond * ENOUGH_WITHIN_S))
      askedAtMs = performance.now()
      settledThen = settled
      const statement = `select ${drainer.schema}.plan_scale_out($1, $2, $3, $4) as wanted`
      const values = [drainer.id, names, capacity, maxDrainers]
      const [answer] = (await dispensable(drainer, drainer.query(statement, values))) ?? []
      if (answer?.wanted > 0) invite(answer.wanted)
    },
  }
}

function settledOf({ counts }: Drainer): number {
  return counts.succeeded + counts.retried + counts.discarded + counts.snoozed
}
