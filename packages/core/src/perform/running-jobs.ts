import { TimeoutError } from "../errors.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import { Cancellation, canceledError } from "./cancellation.ts"
import { type JobRun, type RunEnvironment, timeoutMsOf } from "./job-run.ts"
import type { Places } from "./places.ts"

/** An execution that is still running this long after it timed out or was canceled frees its place for another, but keeps its lock. */
const UNRESPONSIVE_AFTER_MS = 1_000

/** Longest that Node's timers wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The executions that run, each with its timeout. Those that are still running long after they were aborted have no place. */
export interface RunningJobs {
  start(job: ClaimedJob): JobRun
  end(run: JobRun): void
  /** All of them, the unresponsive ones too. */
  all(): JobRun[]
  isEmpty(): boolean
  abort(reason: Error): void
  /** Aborts those of these jobs that run. */
  cancel(ids: ReadonlySet<string>): void
}

export function createRunningJobs(
  given: Omit<RunEnvironment, "onTimeoutMoved">,
  definitions: ReadonlyMap<string, AnyJobDefinition>,
  places: Places,
  onPlaceFreed: () => void,
): RunningJobs {
  const { drainer, defaults } = given
  const environment: RunEnvironment = {
    ...given,
    onTimeoutMoved({ timesOutAtMs }) {
      if (timesOutAtMs < nextTimeoutAtMs) setTimer(timesOutAtMs)
    },
  }
  const timeoutsMs = new Map([...definitions].map(([name, one]) => [name, timeoutMsOf(one, defaults)]))
  const responsive = new Set<JobRun>()
  const unresponsive = new Set<JobRun>()
  // one timer for all, as jobs are many and hardly any times out: set for the earliest timeout there has been
  let timer: NodeJS.Timeout | undefined
  let nextTimeoutAtMs = Number.POSITIVE_INFINITY

  return {
    start(job) {
      const startedAtMs = performance.now()
      const timeoutMs = job.timeoutMs ?? (timeoutsMs.get(job.name) as number)
      const run: JobRun = {
        job,
        definition: definitions.get(job.name) as AnyJobDefinition,
        environment,
        cancellation: new Cancellation(),
        place: places.take(job.name),
        startedAtMs,
        timeoutMs,
        timesOutAtMs: startedAtMs + timeoutMs,
        timedSteps: undefined,
        hasCheckpoint: false,
        log: drainer.log,
        keptLog: undefined,
      }
      responsive.add(run)
      if (run.timesOutAtMs < nextTimeoutAtMs) setTimer(run.timesOutAtMs)
      return run
    },
    end(run) {
      leavePlace(run)
      unresponsive.delete(run)
    },
    all: () => [...responsive, ...unresponsive],
    isEmpty: () => responsive.size + unresponsive.size === 0,
    abort(reason) {
      for (const { cancellation } of responsive) cancellation.abort(reason)
    },
    cancel(ids) {
      for (const run of responsive) {
        if (ids.has(run.job.id) && !run.cancellation.reason) endExecution(run, canceledError(run.job))
      }
    },
  }

  /** Returns whether it had a place. */
  function leavePlace(run: JobRun): boolean {
    if (!responsive.delete(run)) return false
    places.leave(run.place)
    return true
  }

  function setTimer(atMs: number): void {
    clearTimeout(timer)
    nextTimeoutAtMs = atMs
    const waitMs = Math.max(1, Math.min(atMs - performance.now(), LONGEST_TIMER_MS))
    timer = setTimeout(abortTimedOut, waitMs).unref()
  }

  function abortTimedOut(): void {
    nextTimeoutAtMs = Number.POSITIVE_INFINITY
    const nowMs = performance.now()
    let earliestAtMs = Number.POSITIVE_INFINITY
    for (const run of responsive) {
      if (run.cancellation.reason) continue
      if (run.timesOutAtMs <= nowMs) timeOut(run)
      else earliestAtMs = Math.min(earliestAtMs, run.timesOutAtMs)
    }
    if (earliestAtMs < nextTimeoutAtMs) setTimer(earliestAtMs)
  }

  function timeOut(run: JobRun): void {
    const [step] = [...(run.timedSteps?.running ?? [])].filter(
      ([, { timesOutAtMs }]) => timesOutAtMs <= run.timesOutAtMs,
    )
    const what = step ? `${JSON.stringify(step[0])} of the job` : "The job"
    const timeoutMs = step ? step[1].timeoutMs : run.timeoutMs
    const message = `${what} ${JSON.stringify(run.job.name)} took longer than its timeout of ${timeoutMs} ms`
    endExecution(run, new TimeoutError("timeout", message))
  }

  /** The execution is over, whenever it returns. */
  function endExecution(run: JobRun, reason: Error): void {
    run.cancellation.abort(reason)
    setTimeout(() => freePlace(run), UNRESPONSIVE_AFTER_MS).unref()
  }

  function freePlace(run: JobRun): void {
    if (!leavePlace(run)) return
    unresponsive.add(run)
    const { id, name } = run.job
    const message =
      "A job is still running although it was aborted: pass context.signal to whatever it awaits"
    drainer.log.warn(message, { jobId: id, name })
    onPlaceFreed()
  }
}
