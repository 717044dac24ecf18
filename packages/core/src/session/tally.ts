export interface Tally {
  claimed: number
  /** Claimed, never started, given back. */
  released: number
  succeeded: number
  retried: number
  discarded: number
  snoozed: number
  /** Executions of dead drainers that this one reaped. */
  interrupted: number
  /** Outcomes that could not be written, because the job was another drainer's by then. */
  lost: number
  /** Steps, cursors' positions and sleeps that were saved. */
  checkpoints: number
}

export const EMPTY_TALLY: Readonly<Tally> = {
  claimed: 0,
  released: 0,
  succeeded: 0,
  retried: 0,
  discarded: 0,
  snoozed: 0,
  interrupted: 0,
  lost: 0,
  checkpoints: 0,
}

/** Milliseconds that a drain spent on each of its parts; performing is the time it waited for jobs to end, or to come. */
export interface Phases {
  openMs: number
  claimMs: number
  performMs: number
  settleMs: number
  closeMs: number
}

export const EMPTY_PHASES: Readonly<Phases> = { openMs: 0, claimMs: 0, performMs: 0, settleMs: 0, closeMs: 0 }

/** Adds the time that the work takes to a phase of the drain. */
export async function timed<Value>(
  { phases }: { readonly phases: Phases },
  phase: "open" | "claim" | "perform" | "settle" | "close",
  work: Promise<Value>,
): Promise<Value> {
  const beganAtMs = performance.now()
  try {
    return await work
  } finally {
    phases[`${phase}Ms`] += performance.now() - beganAtMs
  }
}
