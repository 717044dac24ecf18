/** What a drain did, in numbers of jobs. */
export interface Tally {
  claimed: number
  /** Claimed but never started, and given back. */
  released: number
  succeeded: number
  retried: number
  discarded: number
  canceled: number
  snoozed: number
  /** Executions of dead drainers that this drainer reaped. */
  interrupted: number
  /** Outcomes that could not be written, mostly because the job belonged to another drainer by then. */
  lost: number
  /** Steps, cursor positions and sleeps that were saved. */
  checkpoints: number
}

export const EMPTY_TALLY: Readonly<Tally> = {
  claimed: 0,
  released: 0,
  succeeded: 0,
  retried: 0,
  discarded: 0,
  canceled: 0,
  snoozed: 0,
  interrupted: 0,
  lost: 0,
  checkpoints: 0,
}

/** Executions whose outcome is written. */
export function settledCount({ succeeded, retried, discarded, canceled, snoozed }: Tally): number {
  return succeeded + retried + discarded + canceled + snoozed
}

/**
 * Milliseconds that a drain spent on each of its parts. `performMs` is the time it waited for jobs to end or to come. Claims
 * and settles may be under way meanwhile, so the parts may add up to more than the whole.
 */
export interface Phases {
  openMs: number
  claimMs: number
  performMs: number
  settleMs: number
  closeMs: number
}

export const EMPTY_PHASES: Readonly<Phases> = { openMs: 0, claimMs: 0, performMs: 0, settleMs: 0, closeMs: 0 }

/** Adds the time that the work takes to one phase of the drain. */
export async function timed<Value>(
  { phases }: { readonly phases: Phases },
  phase: "open" | "claim" | "perform" | "settle" | "close",
  work: Promise<Value>,
): Promise<Value> {
  const startedAtMs = performance.now()
  try {
    return await work
  } finally {
    phases[`${phase}Ms`] += performance.now() - startedAtMs
  }
}
