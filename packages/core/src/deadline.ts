import type { AnyJobDefinition } from "./definition.ts"
import { durationMs } from "./duration.ts"

/** Room that a job of unknown duration (no timeout of its own) asks for before it is started. */
const UNKNOWN_DURATION_MS = 60_000
const A_YEAR_MS = 365 * 86_400_000

/** How the time of one invocation is spent: work is claimed while it fits; at `stopAt` what still runs is aborted. */
export interface Deadline {
  /** Whether anything may run still. */
  remains(): boolean
  /** Milliseconds until what runs is aborted. */
  untilStopMs(): number
  /** Milliseconds that aborted executions have to end, before the drain is closed without them. */
  readonly graceMs: number
  /** Whether a job of this definition may be started now. */
  fits(definition: AnyJobDefinition): boolean
}

/**
 * @param remainingMs Lambda's `getRemainingTimeInMillis`; without it there is no deadline. A tenth of the time that it shows at
 * the start, from half a second to five, is kept for aborting, settling and handing over.
 */
export function createDeadline(remainingMs: () => number = () => A_YEAR_MS): Deadline {
  const totalMs = remainingMs()
  const marginMs = Math.min(5_000, Math.max(500, totalMs * 0.1))
  const untilStopMs = () => remainingMs() - marginMs
  return {
    remains: () => untilStopMs() > 0,
    untilStopMs,
    graceMs: marginMs / 2,
    fits: (definition) => untilStopMs() >= neededMs(definition),
  }

  function neededMs({ timeout }: AnyJobDefinition): number {
    if (timeout === undefined) return Math.min(UNKNOWN_DURATION_MS, totalMs / 4)
    // one that can't fit at all gets most of an invocation, from its beginning; what isn't done by then is snoozed
    return Math.min(durationMs(timeout), totalMs * 0.75)
  }
}
