import { durationMs } from "../checks/duration.ts"
import { InvalidInputError } from "../errors.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"

/** Room that a job asks for of which neither its definition nor its history tells how long it takes. */
const UNKNOWN_DURATION_MS = 60_000
const A_YEAR_MS = 365 * 86_400_000

/** A process that was told to stop is gone this long after its grace, see `sluice work`. */
const GONE_AFTER_STOP_MS = 1_600
const GIVE_UP_AFTER_STOP_MS = 1_200
/** What aborted executions have to end in a process that was told to stop. */
const GRACE_AFTER_STOP_MS = 700
/** Least time between giving up on a statement and being gone. */
const LEAST_RESERVE_MS = 200
/** Enough for those that honour their signal. */
const LEAST_GRACE_MS = 50

/** How the time of one drain is spent: work is claimed while it fits; when time is up, what still runs is aborted. */
export interface Deadline {
  /** Whether anything may run still. */
  remains(): boolean
  /** Whether nothing may run because of the time, and not because the drain was told to stop. */
  isTimeUp(): boolean
  /** Milliseconds until what runs is aborted. */
  untilStopMs(): number
  /** Milliseconds that aborted executions have to end from now on, before the drain is closed without them. */
  readonly graceMs: number
  /** The names of jobs that may be started now. */
  names(): string[]
  /** The longest timeout of its own that a job may have to be started now. Null: any. */
  fitsMs(): number | null
  /** Whether any job may be started, so that it is worth waiting for one. */
  isAmple(): boolean
}

/**
 * @param remainingMs Lambda's `getRemainingTimeInMillis`; without it there is no deadline. A tenth of the time that it shows at
 * the start, from half a second to five, is kept for aborting, settling and handing over.
 * @param stop Once it aborts nothing is started any more, and what runs has `stopWithinMs`.
 * @param usualMs By name, what nearly all executions of the past have kept to; undefined where too few are known.
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
  const untilStopped = afterStop(stop, stopWithinMs)
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

/** Milliseconds until a drain must be gone, whatever its jobs and statements wait for. */
function untilGone({ remainingMs, stop, stopWithinMs }: Times): () => number {
  const goneAfterStop = afterStop(stop, stopWithinMs + GONE_AFTER_STOP_MS)
  if (!remainingMs) return goneAfterStop
  const reserveMs = marginOf(remainingMs()) / 8
  return () => Math.min(remainingMs() - reserveMs, goneAfterStop())
}

/** Milliseconds until the drainer gives up on a statement, so that jobs learn of it while there is time. */
export function untilGiveUp({ remainingMs, stop, stopWithinMs }: Times): () => number {
  const afterStopMs = afterStop(stop, stopWithinMs + GIVE_UP_AFTER_STOP_MS)
  if (!remainingMs) return afterStopMs
  const reserveMs = Math.max(LEAST_RESERVE_MS, marginOf(remainingMs()) / 4)
  return () => Math.min(remainingMs() - reserveMs, afterStopMs())
}

interface Times {
  remainingMs?: (() => number) | undefined
  stop?: AbortSignal | undefined
  stopWithinMs: number
}

function afterStop(stop: AbortSignal | undefined, ms: number): () => number {
  let atMs = stop?.aborted ? performance.now() + ms : Number.POSITIVE_INFINITY
  stop?.addEventListener("abort", () => {
    atMs = performance.now() + ms
  })
  return () => atMs - performance.now()
}

/** Throws `InvalidInputError` (`timeout_never_fits`) for a definition whose timeout no drain of this length has room for. */
export function assertTimeoutsFit(definitions: Iterable<AnyJobDefinition>, totalMs: number): void {
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

/** What can't fit at all gets most of a drain, from its beginning; what isn't done by then is cut off. */
function longestNeedMs(totalMs: number): number {
  return totalMs * 0.75
}

function neededMs({ timeout }: AnyJobDefinition, usualMs: number | undefined, totalMs: number): number {
  if (timeout !== undefined) return Math.min(durationMs(timeout), longestNeedMs(totalMs))
  if (usualMs !== undefined) return Math.min(usualMs, longestNeedMs(totalMs))
  return Math.min(UNKNOWN_DURATION_MS, totalMs / 4)
}
