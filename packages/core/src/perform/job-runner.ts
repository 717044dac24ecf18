import { type SluiceError, TimeoutError } from "../errors.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { JobPolicies } from "../job/job-options.ts"
import type { Execution } from "../job/outcome.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"
import type { Instrumentation } from "../telemetry/instrumentation.ts"
import { Cancellation } from "./cancellation.ts"
import { AHEAD_MS, createClaimAhead } from "./claim-ahead.ts"
import type { ConnectionLimiter } from "./connection-limiter.ts"
import { createEndedExecutions } from "./ended-executions.ts"
import { execute } from "./execute.ts"
import { failureOutcome } from "./failure.ts"
import { type JobRun, type RunEnvironment, timeoutMsOf } from "./job-run.ts"
import type { Transactions } from "./transactions.ts"

/** Most jobs claimed, or settled, in one statement. */
export const LARGEST_BATCH = 500
/** An execution that is still running this long after its timeout frees its place for another, but keeps its lock. */
const UNRESPONSIVE_AFTER_MS = 1_000

/** Performs claimed jobs, up to `concurrency` at once. */
export interface JobRunner {
  start(jobs: readonly ClaimedJob[]): void
  /** How many more jobs to claim. */
  room(): number
  /** Removes jobs that were claimed ahead but won't start soon, and returns them to be given back. */
  takeExcess(): ClaimedJob[]
  /** Whether no job runs or waits and no outcome is to be written. Doesn't count jobs that run on after their timeout. */
  isIdle(): boolean
  /** Whether nothing runs, not even a job that runs on after its timeout. */
  isEmpty(): boolean
  /** Returns executions that have ended. Waits for some, but no longer than this. */
  outcomes(atMostMs: number): Promise<Execution[]>
  /** Ends the wait for outcomes, because the drain has something else to do. */
  interrupt(): void
  /**
   * Aborts what runs and waits for it, but no longer than `graceMs`. Jobs that haven't started are only counted: the end of
   * the drain unlocks them, unchanged.
   */
  stop(reason: SluiceError, graceMs: number): Promise<{ ended: Execution[]; released: number; stuck: number }>
}

export function createJobRunner(options: {
  drainer: Drainer
  definitions: ReadonlyMap<string, AnyJobDefinition>
  defaults: JobPolicies
  concurrency: number
  deadline: Deadline
  transactions: Transactions
  connections: ConnectionLimiter
  instrumentation: Instrumentation | undefined
}): JobRunner {
  const { drainer, definitions, concurrency, deadline } = options
  const environment: RunEnvironment = options
  const timeoutsMs = readTimeouts(definitions, options.defaults)
  const ahead = createClaimAhead(concurrency)
  const ended = createEndedExecutions()
  const running = new Set<JobRun>()
  const unresponsive = new Set<JobRun>()
  let waiting: ClaimedJob[] = []

  drainer.lost.addEventListener("abort", () => {
    abortRunning(drainer.lost.reason)
    ended.endWait()
  })

  return {
    start(jobs) {
      waiting.push(...jobs)
      startWaiting()
    },
    room() {
      const maxWaiting = mostAhead()
      if (waiting.length > maxWaiting / 2) return 0
      return Math.max(0, Math.min(LARGEST_BATCH, concurrency + maxWaiting - running.size - waiting.length))
    },
    takeExcess() {
      const maxWaiting = mostAhead()
      return waiting.length > 2 * maxWaiting ? waiting.splice(maxWaiting) : []
    },
    isIdle: () => isDone() && ended.count() === 0,
    isEmpty: () => isDone() && unresponsive.size === 0,
    async outcomes(atMostMs) {
      const untilExcessMs = waiting.length > 0 ? AHEAD_MS : Number.POSITIVE_INFINITY
      if (ended.count() === 0 && atMostMs > 0)
        await ended.wait(Math.min(atMostMs, untilExcessMs, deadline.untilStopMs()))
      return ended.take()
    },
    interrupt: ended.endWait,
    async stop(reason, graceMs) {
      const released = waiting.length
      waiting = []
      abortRunning(reason)
      await waitForRunning(graceMs)
      const stuck = [...running, ...unresponsive]
      const timedOut = stuck.filter(isTimedOut).map(toTimedOutExecution)
      return { ended: [...ended.take(), ...timedOut], released, stuck: stuck.length }
    },
  }

  function isDone(): boolean {
    return running.size === 0 && waiting.length === 0
  }

  function mostAhead(): number {
    return Math.min(LARGEST_BATCH, ahead.count(running.size))
  }

  function startWaiting(): void {
    while (waiting.length > 0 && running.size < concurrency) void perform(waiting.shift() as ClaimedJob)
  }

  async function perform(job: ClaimedJob): Promise<void> {
    const run = startRun(job)
    const execution = await execute(run)
    endRun(run, execution)
    startWaiting()
    if (isDone() || ended.count() >= LARGEST_BATCH) ended.endWait()
    else ended.endWaitSoon()
  }

  function startRun(job: ClaimedJob): JobRun {
    const definition = definitions.get(job.name) as AnyJobDefinition
    const timeoutMs = job.timeoutMs ?? (timeoutsMs.get(job.name) as number)
    const run: JobRun = {
      job,
      definition,
      environment,
      cancellation: new Cancellation(),
      startedAtMs: performance.now(),
      deadlineAtMs: Date.now() + Math.min(timeoutMs, deadline.untilStopMs()),
      timer: undefined,
      hasCheckpoint: false,
      log: drainer.log,
    }
    run.timer = setTimeout(() => timeOut(run, timeoutMs), timeoutMs)
    running.add(run)
    ahead.recordStart(run.startedAtMs)
    return run
  }

  function endRun(run: JobRun, execution: Execution): void {
    clearTimeout(run.timer)
    running.delete(run)
    unresponsive.delete(run)
    const tookMs = execution.endedAtMs - execution.startedAtMs
    ahead.recordEnd(tookMs)
    // a job that other executions continue may take longer than this one did
    if (!run.hasCheckpoint) drainer.durations.add(run.job.name, tookMs)
    ended.add(execution)
  }

  function timeOut(run: JobRun, timeoutMs: number): void {
    const message = `The job ${JSON.stringify(run.job.name)} took longer than its timeout of ${timeoutMs} ms`
    run.cancellation.abort(new TimeoutError("timeout", message))
    setTimeout(() => freePlace(run), UNRESPONSIVE_AFTER_MS).unref()
  }

  function freePlace(run: JobRun): void {
    if (!running.delete(run)) return
    unresponsive.add(run)
    const { id, name } = run.job
    const message = "A job is still running after its timeout: pass context.signal to whatever it awaits"
    drainer.log.warn(message, { jobId: id, name })
    startWaiting()
    ended.endWait()
  }

  function abortRunning(reason: Error): void {
    for (const { cancellation } of running) cancellation.abort(reason)
  }

  async function waitForRunning(graceMs: number): Promise<void> {
    const giveUpAtMs = performance.now() + graceMs
    while (running.size + unresponsive.size > 0 && performance.now() < giveUpAtMs)
      await ended.wait(giveUpAtMs - performance.now())
  }
}

function readTimeouts(
  definitions: ReadonlyMap<string, AnyJobDefinition>,
  defaults: JobPolicies,
): ReadonlyMap<string, number> {
  return new Map([...definitions].map(([name, definition]) => [name, timeoutMsOf(definition, defaults)]))
}

/** A job that never returned after its timeout has failed. One that was aborted for another reason has no outcome yet. */
function isTimedOut({ cancellation }: JobRun): boolean {
  return cancellation.reason instanceof TimeoutError
}

function toTimedOutExecution(run: JobRun): Execution {
  const { job, startedAtMs, cancellation } = run
  const outcome = failureOutcome(run, cancellation.reason)
  return { job, outcome, startedAtMs, endedAtMs: performance.now() }
}
