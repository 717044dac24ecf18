import type { Drainer, Leftover } from "./session/drainer.ts"
import { EMPTY_PHASES, EMPTY_TALLY, type Phases, type Tally } from "./session/tally.ts"

/** What one drain did, and what it left. */
export interface DrainSummary extends Readonly<Tally>, Leftover {
  /** Which of the `maxDrainers` slots the drain had. Undefined when none was free, and nothing was done. */
  readonly slot: number | undefined
  /**
   * Executions that keep running although they were aborted. The database session stays open, so that nobody else
   * performs their jobs: end the process.
   */
  readonly stuck: number
  /** How long the drain took. */
  readonly ms: number
  /** How the time was spent. */
  readonly phases: Readonly<Phases>
}

export function summarize(
  { tally, slot, phases }: Drainer,
  stuck: number,
  leftover: Leftover,
  startedAtMs: number,
): DrainSummary {
  return { ...tally, slot, stuck, ...leftover, ms: elapsedMs(startedAtMs), phases: roundPhases(phases) }
}

/** The summary of a drain that found no free slot. */
export function summarizeNothing(startedAtMs: number): DrainSummary {
  return {
    ...EMPTY_TALLY,
    slot: undefined,
    stuck: 0,
    dueWork: false,
    lateWork: false,
    nextDueInMs: undefined,
    ms: elapsedMs(startedAtMs),
    phases: EMPTY_PHASES,
  }
}

function elapsedMs(startedAtMs: number): number {
  return Math.round(performance.now() - startedAtMs)
}

function roundPhases(phases: Phases): Phases {
  return Object.fromEntries(Object.entries(phases).map(([phase, ms]) => [phase, Math.round(ms)])) as never
}
