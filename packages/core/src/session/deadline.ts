import { durationMs } from "../checks/duration.ts"
import { refuseType } from "../checks/validate.ts"
import { InvalidInputError } from "../errors.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"

/** Time that a job needs if neither its definition nor its history tells how long it takes. */
const UNKNOWN_DURATION_MS = 60_000
const A_YEAR_MS = 365 * 86_400_000

/** A process that was told to stop has exited this long after its grace, see `sluice work`. */
const GONE_AFTER_STOP_MS = 1_600
const GIVE_UP_AFTER_STOP_MS = 1_200
/** Time for aborted executions to end in a process that was told to stop. */
const GRACE_AFTER_STOP_MS = 700
/** Least time between giving up on a statement and the end of the process. */
const LEAST_RESERVE_MS = 200
/** Enough for executions that honour their signal. */
const LEAST_GRACE_MS = 50

/** How a drain spends its time: it claims jobs while they fit, and aborts what still runs when the time is up. */
export interface Deadline {
  /** Whether jobs may still run. */
  remains(): boolean
  /** Whether jobs may no longer run because the time is up, and not because the drain was told to stop. */
  isTimeUp(): boolean
  /** Milliseconds until running jobs are aborted. */
  untilStopMs(): number
  /** Milliseconds that aborted executions have from now to end, before the drain is closed without them. */
  readonly graceMs: number
  /** The names of jobs that may be started now. */
  names(): string[]
  /** The longest timeout that a job of its own may have and still be started now. Null: any. */
  fitsMs(): number | null
  /** Whether any job may be started, so that it is worth waiting for one. */
  isAmple(): boolean
}

/**
 * @param remainingMs Lambda's `getRemainingTimeInMillis`; without it there is no deadline. A tenth of the time at the start,
 * from half a second to five seconds, is kept for aborting, settling and handing over.
 * @param stop Once it has aborted no more jobs start, and running jobs have `stopWithinMs` to finish.
 * @param usualMs How long nearly all past executions of a job took at most; undefined if too few are known.
 */
export function createDeadline(options: {
  definitions: ReadonlyMap<string, AnyJobDefinition>
  usualMs: (name: string) => number | undefined
  remainingMs?: (() => number) | undefined
  stop?: AbortSignal | undefined
  stopWithinMs: number
}): Deadline {
  const { definitions, remainingMs = () => A_YEAR_MS, stop, stopWithinMs } = options
  const totalMs = remainingMs()
  const marginMs = marginOf(totalMs)
  const needed = [...definitions.values()].map((definition) => ({
    name: definition.name,
    ms: neededMs(definition, options.usualMs(definition.name), totalMs),
  }))
  const untilStopped = untilAfterStop(stop, stopWithinMs)
  const untilGoneMs = untilGone(options)
  const untilStopMs = () => Math.min(remainingMs() - marginMs, untilStopped())
  const names = () => {
    if (stop?.aborted) return []
    const leftMs = untilStopMs()
    return needed.filter(({ ms }) => ms <= leftMs).map(({ name }) => name)
  }
  return {
    remains: () => untilStopMs() > 0,
    isTimeUp: () => !stop?.aborted && untilStopMs() <= 0,
    untilStopMs,
    get graceMs() {
      const mostMs = stop?.aborted ? Math.min(marginMs / 2, GRACE_AFTER_STOP_MS) : marginMs / 2
      return Math.min(mostMs, Math.max(LEAST_GRACE_MS, untilGoneMs()))
    },
    names,
    fitsMs: () => (untilStopMs() >= longestNeedMs(totalMs) ? null : Math.max(0, Math.floor(untilStopMs()))),
    isAmple: () => names().length === needed.length,
  }
}

/** Milliseconds until a drain must have ended, whatever its jobs and statements are waiting for. */
function untilGone({ remainingMs, stop, stopWithinMs }: Times): () => number {
  const untilStopEnds = untilAfterStop(stop, stopWithinMs + GONE_AFTER_STOP_MS)
  if (!remainingMs) return untilStopEnds
  const reserveMs = marginOf(remainingMs()) / 8
  return () => Math.min(remainingMs() - reserveMs, untilStopEnds())
}

/** Milliseconds until the drainer gives up on a statement, early enough for jobs to be aborted in order. */
export function untilGiveUp({ remainingMs, stop, stopWithinMs }: Times): () => number {
  const untilStopEnds = untilAfterStop(stop, stopWithinMs + GIVE_UP_AFTER_STOP_MS)
  if (!remainingMs) return untilStopEnds
  const reserveMs = Math.max(LEAST_RESERVE_MS, marginOf(remainingMs()) / 4)
  return () => Math.min(remainingMs() - reserveMs, untilStopEnds())
}

interface Times {
  remainingMs?: (() => number) | undefined
  stop?: AbortSignal | undefined
  stopWithinMs: number
}

/** Milliseconds until this long after the signal aborts; infinity before. */
function untilAfterStop(stop: AbortSignal | undefined, ms: number): () => number {
  let atMs = stop?.aborted ? performance.now() + ms : Number.POSITIVE_INFINITY
  stop?.addEventListener("abort", () => {
    atMs = performance.now() + ms
  })
  return () => atMs - performance.now()
}

/** Throws `InvalidInputError` (`timeout_never_fits`) if the timeout of a definition is too long for any drain of this length. */
export function assertTimeoutsFit(definitions: Iterable<AnyJobDefinition>, totalMs: number): void {
  if (typeof definitions?.[Symbol.iterator] !== "function" || typeof definitions === "string")
    refuseType(definitions, ["assertTimeoutsFit", "definitions"], "a list of definitions")
  const longestMs = totalMs - marginOf(totalMs)
  for (const { name, timeout } of definitions) {
    if (timeout === undefined || durationMs(timeout) <= longestMs) continue
    throw new InvalidInputError(
      "timeout_never_fits",
      `The job ${JSON.stringify(name)} has a timeout of ${timeout}, but this function's timeout of ${totalMs / 1_000} s leaves jobs at most ${longestMs / 1_000} s: give the job a shorter timeout and split it into steps, or perform it elsewhere`,
      { path: [name, "timeout"] },
    )
  }
}

function marginOf(totalMs: number): number {
  return Math.min(5_000, Math.max(500, totalMs * 0.1))
}

/** A job that can't fit starts if this much of a drain is left, so at its beginning. If it isn't done in time, it is aborted. */
function longestNeedMs(totalMs: number): number {
  return totalMs * 0.75
}

function neededMs({ timeout }: AnyJobDefinition, usualMs: number | undefined, totalMs: number): number {
  if (timeout !== undefined) return Math.min(durationMs(timeout), longestNeedMs(totalMs))
  if (usualMs !== undefined) return Math.min(usualMs, longestNeedMs(totalMs))
  return Math.min(UNKNOWN_DURATION_MS, totalMs / 4)
}
