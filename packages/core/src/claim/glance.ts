import { toPgArray } from "../database/array-literal.ts"
import { protocolCall } from "../database/protocol-call.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"
import { timed } from "../session/tally.ts"
import { handleFailedClaim } from "./failed-claim.ts"
import type { ClaimPosition } from "./position.ts"

/** A whole look follows this long after the last one in any case, for what a glance doesn't see. */
const LOOK_EVERY_MS = 50
/** While claims bring jobs as often as this, the next one probably does too, and is sent without a glance. */
const OFTEN_MS = 8
/** Many drains never wait: they aren't to plan a statement that they send once or not at all. */
const WORTH_PLANNING = 2
/** What a glance saw may be in other hands. Claims that were sent in vain don't follow each other faster than this. */
const AFTER_VAIN_MS = 50

/** When a drainer that waits for more work only glances, which costs the database a fraction of a look. */
export interface Glances {
  /** Whether a glance is enough. */
  areEnough(position: ClaimPosition): boolean
  /** Tells how many jobs a claim has brought, and whether a glance had seen some. */
  noteClaimed(count: number, isForeseen: boolean): void
}

export function createGlances(): Glances {
  let foundAtMs = Number.NEGATIVE_INFINITY
  let foundBeforeAtMs = Number.NEGATIVE_INFINITY
  let againAtMs = 0
  let vain = 0

  return {
    areEnough({ isCaughtUp, seen, fromStartAtMs, dueAtMs }) {
      const nowMs = performance.now()
      if (vain < WORTH_PLANNING || !isCaughtUp || seen === null || nowMs < againAtMs) return false
      return nowMs < Math.min(fromStartAtMs + LOOK_EVERY_MS, dueAtMs) && nowMs > foundBeforeAtMs + OFTEN_MS
    },
    noteClaimed(count, isForeseen) {
      if (count > 0) {
        foundBeforeAtMs = foundAtMs
        foundAtMs = performance.now()
      } else {
        vain++
        if (isForeseen) againAtMs = performance.now() + AFTER_VAIN_MS
      }
    },
  }
}

/** What a glance saw. */
export interface Glimpse {
  /** The place in the queue behind which the next claim looks. Null: from the start. */
  readonly behind: string | null
}

/** Returns undefined if no job is ready that the last look could not see. Unlocks what was settled before, as a claim does. */
export async function glance(
  drainer: Drainer,
  position: ClaimPosition,
  deadline: Deadline,
  isIdle: boolean,
): Promise<Glimpse | undefined> {
  const { settled, spent } = drainer.held.takeSettled()
  drainer.held.keepSpent(spent) // for the next claim
  const { text, values } = protocolCall(drainer.schema, "glance", {
    p_names: deadline.names(),
    p_settled: toPgArray(settled),
    p_seen: position.seen,
    p_priorities: toPgArray([...position.priorities]),
    p_fits_ms: deadline.fitsMs(),
    p_pool: drainer.pool,
  })
  try {
    const glancing = drainer.queryPrepared(`select * from ${text}`, values)
    const [row] = await timed(drainer, "claim", glancing)
    return row.is_ready ? row : undefined
  } catch (error) {
    await handleFailedClaim(drainer, position, { error, limit: 0, spent: [], isIdle })
    return undefined
  }
}
