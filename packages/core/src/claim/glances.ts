/** A whole look follows this long after the last one in any case, for what a glance doesn't see. */
const LOOK_EVERY_MS = 50
/** While claims bring jobs as often as this, the next one probably does too, and is sent without a glance. */
const OFTEN_MS = 8
/** Many drains never wait: they aren't to plan a statement that they send once or not at all. */
const WORTH_PLANNING = 2
/** What a glance saw may be in other hands. Claims that were sent in vain don't follow each other faster than this. */
const AFTER_VAIN_MS = 50

/** Where the drainer stands: what of `ClaimPosition` concerns glances. */
interface Standing {
  readonly isCaughtUp: boolean
  readonly seen: string | null
  readonly fromStartAtMs: number
  readonly dueAtMs: number
}

/** When a drainer that waits for more work only glances, which costs the database a fraction of a look. */
export interface Glances {
  /** Whether a glance is enough. */
  areEnough(standing: Standing): boolean
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
