import { type SluiceError, TimeoutError } from "../errors.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { JobPolicies } from "../job/job-options.ts"
import type { Execution } from "../job/outcome.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"
import type { Instrumentation } from "../telemetry/instrumentation.ts"
import { Cancellation } from "./cancellation.ts"
import type { ConnectionLimiter } from "./connection-limiter.ts"
import { execute, failure } from "./execute.ts"
import { type JobRun, timeoutMsOf } from "./job-run.ts"
import type { Transactions } from "./transactions.ts"

/** Most jobs claimed, or settled, in one statement. */
export const LARGEST_BATCH = 500
/** Work that is claimed ahead, in the time it takes: enough that nobody waits for a round trip, little to lose. */
const AHEAD_MS = 50
/** How long outcomes that come one by one wait for company. */
const GATHER_MS = 5
/** An execution that still runs this long after its timeout loses its place, not its lock: others go on beside it. */
const UNRESPONSIVE_AFTER_MS = 1_000

/** Performs claimed jobs, so many at once. */
export interface JobRunner {
  start(jobs: readonly ClaimedJob[]): void
  /** How many more to claim. */
  room(): number
  /** Takes out what was claimed ahead and turns out to be more than soon begins: it is to be given back. */
  takeExcess(): ClaimedJob[]
  /**
   * Nothing to wait for and nothing in hand: no job runs, but for those that go on after their timeout, none waits, and no
   * outcome is to be written, which may free others.
   */
  isIdle(): boolean
  /** Nothing runs, not even those that go on after their timeout. */
  isEmpty(): boolean
  /** Executions that have ended. Waits for some, but no longer than this. */
  outcomes(atMostMs: number): Promise<Execution[]>
  /** Ends that wait: there is something else to look at. */
  interrupt(): void
  /**
   * Aborts what runs and waits for it, but no longer than `graceMs`. What has not begun is forgotten: its lock goes
   * with the drain, and it is as it was.
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
  const { drainer, definitions, defaults, concurrency, deadline, transactions, instrumentation } = options
  const timeoutsMs = new Map([...definitions].map(([name, each]) => [name, timeoutMsOf(each, defaults)]))
  let waiting: ClaimedJob[] = []
  let ended: Execution[] = []
  const running = new Set<Running>()
  const unresponsive = new Set<Running>()
  let meanMs = Number.POSITIVE_INFINITY // of an execution, the recent ones counting most
  let begunAtMs = 0 // when a job was begun last
  let wake = () => {}
  let gathering: NodeJS.Timeout | undefined

  const isDone = () => running.size === 0 && waiting.length === 0
  drainer.lost.addEventListener("abort", () => {
    for (const { work } of running) work.cancellation.abort(drainer.lost.reason)
    wake()
  })

  return {
    start(jobs) {
      waiting.push(...jobs)
      startWaiting()
    },
    room() {
      const ahead = mostAhead()
      if (waiting.length > ahead / 2) return 0
      return Math.max(0, Math.min(LARGEST_BATCH, concurrency + ahead - running.size - waiting.length))
    },
    takeExcess() {
      const ahead = mostAhead()
      if (waiting.length <= 2 * ahead) return []
      return waiting.splice(ahead)
    },
    isIdle: () => isDone() && ended.length === 0,
    isEmpty: () => isDone() && unresponsive.size === 0,
    async outcomes(atMostMs) {
      const untilExcessMs = waiting.length > 0 ? AHEAD_MS : Number.POSITIVE_INFINITY
      if (ended.length === 0 && atMostMs > 0)
        await nextOutcome(Math.min(atMostMs, untilExcessMs, deadline.untilStopMs()))
      return takeEnded()
    },
    interrupt: () => wake(),
    async stop(reason, graceMs) {
      const released = waiting.length
      waiting = []
      for (const { work } of running) work.cancellation.abort(reason)
      const giveUpAtMs = performance.now() + graceMs
      while (running.size + unresponsive.size > 0 && performance.now() < giveUpAtMs)
        await nextOutcome(giveUpAtMs - performance.now())
      const timedOut = [...running, ...unresponsive]
        .map(asTimedOut)
        .filter((execution) => execution !== undefined)
      return { ended: [...takeEnded(), ...timedOut], released, stuck: running.size + unresponsive.size }
    },
  }

  /**
   * Jobs whose work takes `AHEAD_MS`. While no place becomes free, as when long jobs follow short ones, an execution is
   * taken to last at least as long as that has gone on: the mean learns of it only when they end.
   */
  function mostAhead(): number {
    const stalledMs = running.size < concurrency ? 0 : performance.now() - begunAtMs
    const expectedMs = Math.max(meanMs, stalledMs, 0.05)
    return Math.min(LARGEST_BATCH, Math.floor((concurrency * AHEAD_MS) / expectedMs))
  }

  function startWaiting(): void {
    while (waiting.length > 0 && running.size < concurrency) void run(waiting.shift() as ClaimedJob)
  }

  async function run(job: ClaimedJob): Promise<void> {
    const definition = definitions.get(job.name) as AnyJobDefinition
    const timeoutMs = job.timeoutMs ?? (timeoutsMs.get(job.name) as number)
    const work: JobRun = {
      definition,
      defaults,
      drainer,
      transactions,
      connections: options.connections,
      instrumentation,
      log: drainer.log,
      cancellation: new Cancellation(),
      deadlineAtMs: Date.now() + Math.min(timeoutMs, deadline.untilStopMs()),
      onCheckpoint() {
        entry.isContinued = true
        if (!work.cancellation.reason) timer.refresh()
      },
      hasCheckpoint: () => entry.isContinued,
    }
    const entry: Running = { job, work, startedAtMs: performance.now(), isContinued: false }
    running.add(entry)
    begunAtMs = entry.startedAtMs
    const timer = setTimeout(() => timeOut(entry, timeoutMs), timeoutMs)
    const execution = await execute(job, work)
    clearTimeout(timer)
    running.delete(entry)
    unresponsive.delete(entry)
    remember(execution, entry.isContinued)
    startWaiting()
    if (isDone() || ended.length >= LARGEST_BATCH) wake()
    else gathering ??= setTimeout(() => wake(), GATHER_MS)
  }

  /** What goes on in another execution tells nothing of the room that one needs. */
  function remember(execution: Execution, isContinued: boolean): void {
    const tookMs = execution.endedAtMs - execution.startedAtMs
    meanMs = Number.isFinite(meanMs) ? meanMs * 0.9 + tookMs * 0.1 : tookMs
    if (!isContinued) drainer.durations.add(execution.job.name, tookMs)
    ended.push(execution)
  }

  function timeOut(entry: Running, timeoutMs: number): void {
    const name = JSON.stringify(entry.job.name)
    entry.work.cancellation.abort(
      new TimeoutError("timeout", `The job ${name} took longer than its timeout of ${timeoutMs} ms`),
    )
    setTimeout(() => {
      if (!running.delete(entry)) return
      unresponsive.add(entry)
      drainer.log.warn("A job goes on after its timeout: pass context.signal on", {
        jobId: entry.job.id,
        name: entry.job.name,
      })
      startWaiting()
      wake()
    }, UNRESPONSIVE_AFTER_MS).unref()
  }

  function nextOutcome(atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => wake(), Math.max(0, atMostMs))
      wake = () => {
        clearTimeout(timer)
        wake = () => {}
        resolve()
      }
    })
  }

  function takeEnded(): Execution[] {
    clearTimeout(gathering)
    gathering = undefined
    const taken = ended
    ended = []
    return taken
  }
}

interface Running {
  readonly job: ClaimedJob
  readonly work: JobRun
  readonly startedAtMs: number
  /** It has saved a checkpoint. */
  isContinued: boolean
}

/** One that ran into its timeout and never came back has failed; what was cut off for other reasons has no outcome yet. */
function asTimedOut({ job, work, startedAtMs }: Running): Execution | undefined {
  const { reason } = work.cancellation
  if (!(reason instanceof TimeoutError)) return undefined
  return { job, outcome: failure(job, work, reason), startedAtMs, endedAtMs: performance.now() }
}
