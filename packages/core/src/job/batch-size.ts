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

/** What decides how much a drainer may claim. */
export interface LockShare {
  /** How many drainers live, this one among them. */
  readonly drainers: number
  /** Whether it has one of the lanes for quick jobs. Default false. */
  readonly hasLane?: boolean
  /** How many locks the server has room for: what drainers hold would keep the statements of others from theirs. Default: no limit. */
  readonly lockRoom?: number
}

/** How many jobs each drainer claims at most in one statement. */
export function batchSize(share: LockShare): number {
  const wanted = share.hasLane || share.drainers <= LANES ? LARGEST_BATCH : SMALLEST_BATCH
  return Math.min(wanted, Math.floor(mostHeld(share) / BATCHES_HELD))
}

/** How many jobs each drainer holds at most: claimed, running, and settled but not unlocked. */
export function mostHeld(share: LockShare): number {
  return Math.max(BATCHES_HELD * LEAST_CLAIMED, Math.floor(locksOf(share)))
}

/** Half of the room is for those with a lane, where not all have one. */
function locksOf({ drainers, hasLane = false, lockRoom = Number.POSITIVE_INFINITY }: LockShare): number {
  if (drainers <= LANES) return lockRoom / Math.max(1, drainers)
  return lockRoom / 2 / (hasLane ? LANES : drainers - LANES)
}

/** How many locks a server needs room for, so that no batch of so many drainers is smaller than usual. */
export function locksFor(drainers: number): number {
  if (drainers <= LANES) return drainers * BATCHES_HELD * LARGEST_BATCH
  return 2 * BATCHES_HELD * Math.max(LANES * LARGEST_BATCH, (drainers - LANES) * SMALLEST_BATCH)
}
