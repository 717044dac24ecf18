/** Most jobs claimed, or settled, in one statement. */
export const LARGEST_BATCH = 500
/** Of a drainer without a lane, where there are more drainers than lanes: its jobs take longer than claiming them. */
export const SMALLEST_BATCH = 100
/** Of a server without room for more. */
const LEAST_CLAIMED = 10

/** How many drainers of the same jobs claim quick ones at the same time. */
export const LANES = 4

/** The locks of a batch that is claimed, of one that runs, and of one that is settled but not unlocked yet. */
const BATCHES_HELD = 3

/**
 * How many jobs each of so many drainers claims at most in one statement.
 *
 * @param lockRoom how many locks the server has room for: what drainers hold would keep the statements of others from theirs
 */
export function batchSize(
  drainers: number,
  { hasLane = false, lockRoom = Number.POSITIVE_INFINITY }: { hasLane?: boolean; lockRoom?: number } = {},
): number {
  if (drainers <= LANES) return fitting(LARGEST_BATCH, lockRoom / Math.max(1, drainers))
  return hasLane
    ? fitting(LARGEST_BATCH, lockRoom / 2 / LANES)
    : fitting(SMALLEST_BATCH, lockRoom / 2 / (drainers - LANES))
}

function fitting(jobs: number, locks: number): number {
  return Math.max(LEAST_CLAIMED, Math.min(jobs, Math.floor(locks / BATCHES_HELD)))
}

/** How many locks a server needs room for, so that no batch of so many drainers is smaller than usual. */
export function locksFor(drainers: number): number {
  if (drainers <= LANES) return drainers * BATCHES_HELD * LARGEST_BATCH
  return 2 * BATCHES_HELD * Math.max(LANES * LARGEST_BATCH, (drainers - LANES) * SMALLEST_BATCH)
}
