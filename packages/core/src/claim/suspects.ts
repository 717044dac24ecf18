/** How long other work is done, or is not begun so that the drainer empties, before it is the other's turn. */
const FIRST_TURN_MS = 1_000
/** Other work goes on for so many times as long as the drainer then tries to empty. */
const SHARE_OF_OTHER_WORK = 4
/** A drainer that has survived a group trusts the next one to be larger, by so much. */
const GROWTH = 2
const LARGEST_GROUP = 500
/** How soon suspects are asked for again when other drainers had them all. */
const AGAIN_AFTER_MS = 1_000

/**
 * When a drainer takes suspects: jobs that were in flight at several deaths in a row, and run in groups with nothing
 * beside them. They come when there is no other work, or for a turn of their own once they have waited for a second; for
 * that the drainer has to empty. While its long jobs don't let it, it goes on with other work for longer and longer.
 */
export interface Suspects {
  /** What to claim now. `nothing`: suspects run, or are about to. */
  turn(isIdle: boolean): "ordinary" | "suspects" | "nothing"
  /** Tells whether the last claim of other work saw suspects that this drainer can take, and no other work. */
  see(wait: boolean, isNothingElse: boolean): void
  /** Tells how many were taken. */
  take(suspects: number): void
  /**
   * How many may run together although their own groups are smaller. Innocents that died at several deaths so aren't run
   * one at a time for long; who dies with such a group leaves it to drainers that begin with one again.
   */
  trusted(): number
  /** Whether some wait, for this drainer among others. */
  wait(): boolean
}

export function createSuspects(): Suspects {
  let isWaited = false
  let isNothingElse = false
  let areApart = false
  let trusted = 1
  let againAtMs = 0
  let turnBeganAtMs = 0
  let otherWorkMs = FIRST_TURN_MS
  let emptyingMs = FIRST_TURN_MS

  const wait = () => isWaited && performance.now() >= againAtMs
  return {
    wait,
    trusted: () => trusted,
    turn(isIdle) {
      if (areApart && !isIdle) return "nothing"
      if (areApart) trusted = Math.min(trusted * GROWTH, LARGEST_GROUP)
      areApart = false
      if (!wait()) return "ordinary"
      const elapsedMs = performance.now() - turnBeganAtMs
      if (isIdle && (isNothingElse || elapsedMs >= otherWorkMs)) return "suspects"
      if (elapsedMs < otherWorkMs) return "ordinary"
      if (elapsedMs < otherWorkMs + emptyingMs) return "nothing"
      emptyingMs *= 2
      otherWorkMs = emptyingMs * SHARE_OF_OTHER_WORK
      turnBeganAtMs = performance.now()
      return "ordinary"
    },
    see(areWaiting, nothingElse) {
      if (areWaiting && !isWaited) turnBeganAtMs = performance.now()
      isWaited = areWaiting
      isNothingElse = nothingElse
    },
    take(suspects) {
      areApart = suspects > 0
      isNothingElse = false
      turnBeganAtMs = performance.now()
      if (suspects === 0) againAtMs = performance.now() + AGAIN_AFTER_MS
      else [otherWorkMs, emptyingMs] = [FIRST_TURN_MS, FIRST_TURN_MS]
    },
  }
}
