/** Most jobs claimed, or settled, in one statement. */
export const LARGEST_BATCH = 500
const SMALLEST_BATCH = 100
/** Beyond so many locks at once, drainers wait for each other at the server's lock table more than batches save them. */
const MOST_CLAIMED_AT_ONCE = 8_000
/** Of a server without room for more. */
const LEAST_CLAIMED = 10

/** The locks of a batch that is claimed, of one that runs, and of one that is settled but not unlocked yet. */
export const BATCHES_HELD = 3

/**
 * How many jobs each of so many drainers holds at most: claimed, running, and settled but not unlocked.
 *
 * @param lockRoom how many locks the server has room for: what drainers hold would keep the statements of others from theirs
 */
export function lockShare(drainers: number, lockRoom: number): number {
  return Math.max(BATCHES_HELD * LEAST_CLAIMED, Math.floor(lockRoom / Math.max(1, drainers)))
}

/**
 * How many jobs each of so many drainers claims at most in one statement.
 *
 * @param lockRoom how many locks the server has room for
 */
export function batchSize(drainers: number, lockRoom = Number.POSITIVE_INFINITY): number {
  const wanted = Math.floor(MOST_CLAIMED_AT_ONCE / Math.max(1, drainers))
  const fitting = Math.floor(lockShare(drainers, lockRoom) / BATCHES_HELD)
  return Math.min(fitting, LARGEST_BATCH, Math.max(SMALLEST_BATCH, wanted))
}
