/** Jobs are claimed ahead for this long: enough that nobody waits for a round trip, and little to give back. */
export const AHEAD_MS = 50
/** Even jobs that do nothing take some time. */
const MIN_EXPECTED_MS = 0.05
/** Weight of the last execution in the mean. */
const LAST_WEIGHT = 0.1

/** Estimates how many jobs to claim ahead of those that run, from how long recent executions took. */
export interface ClaimAhead {
  recordStart(atMs: number): void
  recordEnd(tookMs: number): void
  /** How many jobs start within `AHEAD_MS` when this many are running. */
  count(running: number): number
}

export function createClaimAhead(concurrency: number): ClaimAhead {
  let meanMs = Number.POSITIVE_INFINITY
  let lastStartAtMs = 0

  return {
    recordStart(atMs) {
      lastStartAtMs = atMs
    },
    recordEnd(tookMs) {
      meanMs = Number.isFinite(meanMs) ? meanMs * (1 - LAST_WEIGHT) + tookMs * LAST_WEIGHT : tookMs
    },
    count(running) {
      // when long jobs follow short ones, the mean learns of it only when they end
      const stalledMs = running < concurrency ? 0 : performance.now() - lastStartAtMs
      const expectedMs = Math.max(meanMs, stalledMs, MIN_EXPECTED_MS)
      return Math.floor((concurrency * AHEAD_MS) / expectedMs)
    },
  }
}
