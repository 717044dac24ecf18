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
 * How many jobs each of so many drainers claims at most in one statement.
 *
 * @param lockRoom how many locks the server has room for: what drainers hold would keep the statements of others from theirs
 */
export function batchSize(drainers: number, lockRoom = Number.POSITIVE_INFINITY): number {
  const share = Math.floor(MOST_CLAIMED_AT_ONCE / Math.max(1, drainers))
  const wanted = Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, share))
  const fitting = Math.floor(lockRoom / (BATCHES_HELD * Math.max(1, drainers)))
  return Math.min(wanted, Math.max(LEAST_CLAIMED, fitting))
}
