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
 * How many jobs a drainer claims at most in one statement.
 *
 * @param drainers how many drainers live, this one among them
 * @param hasLane whether it has one of the lanes for quick jobs
 * @param lockRoom how many locks the server has room for: what drainers hold would keep the statements of others from theirs
 */
export function batchSize(drainers: number, hasLane = false, lockRoom = Number.POSITIVE_INFINITY): number {
  const wanted = hasLane || drainers <= LANES ? LARGEST_BATCH : SMALLEST_BATCH
  return Math.min(wanted, Math.floor(mostHeld(drainers, hasLane, lockRoom) / BATCHES_HELD))
}

/** How many jobs it holds at most: claimed, running, and settled but not unlocked. For the parameters see `batchSize`. */
export function mostHeld(drainers: number, hasLane: boolean, lockRoom: number): number {
  const share =
    drainers > LANES ? lockRoom / 2 / (hasLane ? LANES : drainers - LANES) : lockRoom / Math.max(1, drainers)
  return Math.max(BATCHES_HELD * LEAST_CLAIMED, Math.floor(share)) // half of the room is for lanes, where not all have one
}

/** How many locks a server needs room for, so that no batch of so many drainers is smaller than usual. */
export function locksFor(drainers: number): number {
  if (drainers <= LANES) return drainers * BATCHES_HELD * LARGEST_BATCH
  return 2 * BATCHES_HELD * Math.max(LANES * LARGEST_BATCH, (drainers - LANES) * SMALLEST_BATCH)
}
