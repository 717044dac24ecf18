/** Most jobs claimed, or settled, in one statement. */
export const LARGEST_BATCH = 500
const SMALLEST_BATCH = 100
/** Beyond so many locks at once, drainers wait for each other at the server's lock table more than batches save them. */
const MOST_CLAIMED_AT_ONCE = 8_000

/** How many jobs each of so many drainers claims at most in one statement: together no more than the lock table bears. */
export function batchSize(drainers: number): number {
  const share = Math.floor(MOST_CLAIMED_AT_ONCE / Math.max(1, drainers))
  return Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, share))
}
