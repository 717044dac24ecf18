import { toPgArray } from "../database/array-literal.ts"
import { protocolCall } from "../database/protocol-call.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"
import type { ClaimPosition } from "./position.ts"

/** A whole look follows this long after the last one in any case, for what a glance doesn't see. */
const LOOK_EVERY_MS = 50
/** While claims bring jobs as often as this, the next one probably does too, and is sent without a glance. */
const OFTEN_MS = 8
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
  /** Most drains never wait: they aren't to plan a statement that they don't need. */
  let hasWaited = false

  return {
    areEnough({ isCaughtUp, seen, fromStartAtMs, dueAtMs }) {
      const nowMs = performance.now()
      if (!hasWaited || !isCaughtUp || seen === null || nowMs < againAtMs) return false
      return nowMs < Math.min(fromStartAtMs + LOOK_EVERY_MS, dueAtMs) && nowMs > foundBeforeAtMs + OFTEN_MS
    },
    noteClaimed(count, isForeseen) {
      if (count > 0) {
        foundBeforeAtMs = foundAtMs
        foundAtMs = performance.now()
      } else {
        hasWaited = true
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

/** Returns undefined if no job is ready that the last look could not see. */
export async function glance(
  drainer: Drainer,
  position: ClaimPosition,
  deadline: Deadline,
): Promise<Glimpse | undefined> {
  const { text, values } = protocolCall(drainer.schema, "glance", {
    p_names: deadline.names(),
    p_seen: position.seen,
    p_priorities: toPgArray([...position.priorities]),
    p_fits_ms: deadline.fitsMs(),
    p_pool: drainer.pool,
  })
  const [row] = await drainer.queryPrepared(`select * from ${text}`, values)
  return row.is_ready ? row : undefined
}
