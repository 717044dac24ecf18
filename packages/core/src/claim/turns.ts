/** An ordinary claim is sent this often in any case: it also looks for what is due, for the dead, and for urgent work. */
const ORDINARY_EVERY_MS = 1_000
/** How often a claim of jobs that take turns looks at those that earlier claims have passed. */
const LOOK_FROM_START_EVERY_MS = 1_000
const LONGEST_SHARE_OF_LOOKS = 0.05
/** How soon such jobs are looked for again when the last claim found none, because other drainers had them. */
const AGAIN_AFTER_MS = 1_000
/** How many jobs a claim looks at for each that it wants, and how many where the last one found none that it could take. */
const LOOKED_AT_FOR_EACH = 2
const MOST_LOOKED_AT = 10_000

/**
 * When a drainer claims jobs that take turns: when they are more urgent than the others, and alternately with those of the
 * same priority.
 */
export interface Turns {
  /** Whether the next claim is one of jobs that take turns. `ordinary`: the priority where ordinary claims continue; null: nothing is left. */
  isNext(ordinary: number | null): boolean
  /** What to look at in a claim of up to `limit` jobs. */
  look(limit: number): { readonly mostLookedAt: number; readonly fromStart: boolean }
  /** Tells what an ordinary claim saw: the most urgent priority of jobs that wait, or undefined if it hasn't looked. */
  noteOrdinary(priority: number | null | undefined): void
  /** Tells what a claim of jobs that take turns has brought, and whether more may be left. */
  noteClaimed(count: number, more: boolean, startedAtMs: number): void
  /** Whether some wait. */
  areWaiting(): boolean
}

export function createTurns(): Turns {
  let waiting: number | null = null
  let isOrdinaryNext = false
  let ordinaryAtMs = 0
  let againAtMs = 0
  let fromStartAtMs = 0
  let isFruitless = false
  let isFromStart = true
  /** Whether claims have brought nothing since a look from the start, that one included: at the end, nothing is left. */
  let isWayWhole = false

  const areWaiting = () => waiting !== null && performance.now() >= againAtMs
  return {
    areWaiting,
    isNext(ordinary) {
      if (!areWaiting() || performance.now() - ordinaryAtMs >= ORDINARY_EVERY_MS) return false
      if (ordinary === null) return true
      return ordinary === waiting ? !isOrdinaryNext : (waiting as number) < ordinary
    },
    look(limit) {
      isFromStart = !isFruitless && performance.now() >= fromStartAtMs
      return {
        mostLookedAt: isFruitless ? MOST_LOOKED_AT : limit * LOOKED_AT_FOR_EACH,
        fromStart: isFromStart,
      }
    },
    noteOrdinary(priority) {
      ordinaryAtMs = performance.now()
      isOrdinaryNext = false
      if (priority !== undefined) waiting = priority
    },
    noteClaimed(count, more, startedAtMs) {
      const nowMs = performance.now()
      isOrdinaryNext = true
      isFruitless = count === 0 && more
      const isWhole = isFromStart || isWayWhole
      isWayWhole = isWhole && count === 0
      if (isFromStart)
        fromStartAtMs =
          nowMs + Math.max(LOOK_FROM_START_EVERY_MS, (nowMs - startedAtMs) / LONGEST_SHARE_OF_LOOKS)
      if (more) return
      if (!isWhole) {
        fromStartAtMs = 0 // jobs may have been given back behind the marks
        return
      }
      waiting = null
      if (count === 0) againAtMs = nowMs + AGAIN_AFTER_MS
    },
  }
}
