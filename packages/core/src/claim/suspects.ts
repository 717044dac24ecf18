/** How long other work goes first, and how long the drainer then tries to empty for the suspects. */
const FIRST_TURN_MS = 1_000
/** Other work gets this many times as long as the drainer then tries to empty. */
const SHARE_OF_OTHER_WORK = 4
/** A drainer that has survived a group lets the next one be this many times as large. */
const GROWTH = 2
const LARGEST_GROUP = 500
/** How soon suspects are looked for again when other drainers had claimed them all. */
const AGAIN_AFTER_MS = 1_000

/**
 * When a drainer claims suspects: jobs that were in flight when drainers died, and that run in groups with nothing beside
 * them. They run when there is no other work, or in a turn of their own once they have waited for a second; for that the
 * drainer has to empty. If its long jobs prevent that, it performs other work for longer and longer before it tries again.
 */
export interface Suspects {
  /** What to claim now. `nothing`: suspects run, or are about to. */
  nextTurn(isIdle: boolean): "ordinary" | "suspects" | "nothing"
  /** Tells whether the last claim of other work saw suspects that this drainer can perform, and no other work. */
  noteWaiting(areWaiting: boolean, isNothingElse: boolean): void
  /** Tells how many were claimed. */
  noteClaimed(count: number): void
  /**
   * How many may run together, although the groups they are in are smaller. So innocent jobs that were in flight at
   * several deaths don't run one at a time for long. If a drainer dies with such a group, other drainers begin with one.
   */
  trustedCount(): number
  /** Whether some wait that this drainer can perform. */
  areWaiting(): boolean
}

export function createSuspects(): Suspects {
  let hasSeenSome = false
  let isNothingElse = false
  let areRunning = false
  let trusted = 1
  let againAtMs = 0
  let turnBeganAtMs = 0
  let otherWorkMs = FIRST_TURN_MS
  let emptyingMs = FIRST_TURN_MS

  const areWaiting = () => hasSeenSome && performance.now() >= againAtMs
  return {
    areWaiting,
    trustedCount: () => trusted,
    nextTurn(isIdle) {
      if (areRunning && !isIdle) return "nothing"
      if (areRunning) trusted = Math.min(trusted * GROWTH, LARGEST_GROUP)
      areRunning = false
      if (!areWaiting()) return "ordinary"
      const elapsedMs = performance.now() - turnBeganAtMs
      if (isIdle && (isNothingElse || elapsedMs >= otherWorkMs)) return "suspects"
      if (elapsedMs < otherWorkMs) return "ordinary"
      if (elapsedMs < otherWorkMs + emptyingMs) return "nothing"
      emptyingMs *= 2
      otherWorkMs = emptyingMs * SHARE_OF_OTHER_WORK
      turnBeganAtMs = performance.now()
      return "ordinary"
    },
    noteWaiting(doWait, nothingElse) {
      if (doWait && !hasSeenSome) turnBeganAtMs = performance.now()
      hasSeenSome = doWait
      isNothingElse = nothingElse
    },
    noteClaimed(count) {
      const nowMs = performance.now()
      areRunning = count > 0
      isNothingElse = false
      turnBeganAtMs = nowMs
      if (count === 0) {
        againAtMs = nowMs + AGAIN_AFTER_MS
      } else {
        otherWorkMs = FIRST_TURN_MS
        emptyingMs = FIRST_TURN_MS
      }
    },
  }
}
