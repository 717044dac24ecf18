import type { Catalog } from "../enqueue/enqueue.ts"
import { JobCanceledError, type SluiceError, TimeoutError } from "../errors.ts"
import { batchSize, LARGEST_BATCH, mostHeld } from "../job/batch-size.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { Hooks } from "../job/hooks.ts"
import type { JobBatch } from "../job/job-batch.ts"
import type { JobPolicies } from "../job/job-options.ts"
import type { JobParents } from "../job/job-parents.ts"
import type { Execution } from "../job/outcome.ts"
import type { StoredPayloads } from "../job/payload-store.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"
import type { Instrumentation } from "../telemetry/instrumentation.ts"
import { canceledError } from "./cancellation.ts"
import { AHEAD_MS, createClaimAhead } from "./claim-ahead.ts"
import type { ConnectionLimiter } from "./connection-limiter.ts"
import { createEndedExecutions } from "./ended-executions.ts"
import { execute } from "./execute.ts"
import { executionOf, unstartedExecution } from "./execution-of.ts"
import { failureOutcome } from "./failure.ts"
import type { JobRun } from "./job-run.ts"
import { createPlaces } from "./places.ts"
import { createRunningJobs } from "./running-jobs.ts"
import { createTogether } from "./together.ts"
import type { Transactions } from "./transactions.ts"

const LOCKS_LOW =
  "The drainer performs fewer jobs at once than its concurrency: each holds a lock, and the server has no room for more." +
  " Raise max_locks_per_transaction, or lower the concurrency or maxDrainers"

/** Performs claimed jobs, up to `concurrency` at once. */
export interface JobRunner {
  start(jobs: readonly ClaimedJob[]): void
  /** How many more jobs to claim. */
  room(): number
  /** Removes jobs that were claimed ahead but won't start soon, or are too late to start, and returns them to be given back. */
  takeExcess(): ClaimedJob[]
  /** Whether no job runs or waits and no outcome is to be written. Doesn't count jobs that run on after their timeout. */
  isIdle(): boolean
  /** Whether nothing runs, not even a job that runs on after its timeout. */
  isEmpty(): boolean
  /** Returns executions that have ended. Waits for some, but no longer than this. */
  outcomes(atMostMs: number): Promise<Execution[]>
  /** Ends the wait for outcomes, because the drain has something else to do. */
  interrupt(): void
  /** The drain was told to stop: performs jobs that wait for others of their batch, and ends the wait for outcomes. */
  hurry(): void
  /** Aborts those of these jobs that run, and doesn't start those that wait. */
  cancel(ids: readonly string[]): void
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
  payloads: StoredPayloads | undefined
  hooks: Hooks | undefined
  batchOf: (id: string) => JobBatch
  parentsOf: (id: string) => JobParents
  catalog: Catalog
  wake: (options: { readonly onlyDue: true }) => Promise<void>
}): JobRunner {
  const { drainer, definitions, concurrency, deadline } = options
  const ahead = createClaimAhead(concurrency)
  const ended = createEndedExecutions()
  const places = createPlaces(definitions)
  const environment = { ...options, together: createTogether(drainer.log, places) }
  const largestBatch = Math.max(0, ...[...definitions.values()].map(({ batch }) => batch?.size ?? 0))
  const running = createRunningJobs(environment, definitions, places, () => {
    startWaiting()
    ended.endWait()
  })
  let waiting: ClaimedJob[] = []
  /** Whether the last jobs had some of a batch, so that the next claim is to bring a whole one. */
  let areBatched = true
  let isToldOfLocks = false
  /** Jobs of rates whose claims are too old, so that they would start in a window in which they aren't counted. */
  const late: ClaimedJob[] = []

  drainer.lost.addEventListener("abort", () => {
    running.abort(drainer.lost.reason)
    ended.endWait()
  })

  return {
    start(jobs) {
      if (jobs.length > 0 && largestBatch > 0)
        areBatched = jobs.some(({ name }) => definitions.get(name)?.batch)
      waiting.push(...jobs)
      startWaiting()
    },
    room() {
      const maxWaiting = mostAhead()
      if (waiting.length > maxWaiting / 2) return 0
      const free = concurrency + maxWaiting - places.taken() - waiting.length
      const batch = areBatched ? largestBatch : 0
      const wanted = free > 0 ? Math.max(free, batch - waiting.length) : 0
      return Math.min(mostAtOnce(), wanted, lockable())
    },
    takeExcess() {
      const maxWaiting = mostAhead()
      const excess = waiting.length > 2 * maxWaiting ? waiting.splice(maxWaiting) : []
      return excess.concat(late.splice(0))
    },
    isIdle: () => isDone() && ended.count() === 0,
    isEmpty: () => waiting.length + late.length === 0 && running.isEmpty(),
    async outcomes(atMostMs) {
      const untilExcessMs = waiting.length > 0 ? AHEAD_MS : Number.POSITIVE_INFINITY
      if (ended.count() === 0 && atMostMs > 0)
        await ended.wait(Math.min(atMostMs, untilExcessMs, deadline.untilStopMs()))
      return ended.take()
    },
    interrupt: ended.endWait,
    hurry() {
      environment.together.hurry()
      ended.endWait()
    },
    cancel(ids) {
      const asked = new Set(ids)
      running.cancel(asked)
      const canceled = waiting.filter(({ id }) => asked.has(id))
      if (canceled.length === 0) return
      waiting = waiting.filter(({ id }) => !asked.has(id))
      for (const job of canceled) ended.add(toUnstartedExecution(job, definitions.get(job.name)))
      ended.endWaitSoon()
    },
    async stop(reason, graceMs) {
      const released = waiting.length + late.length
      waiting = []
      late.length = 0
      running.abort(reason)
      await waitForRunning(graceMs)
      const stuck = running.all()
      const aborted = stuck.filter(isOver).map(toAbortedExecution)
      return { ended: [...ended.take(), ...aborted], released, stuck: stuck.length }
    },
  }

  function isDone(): boolean {
    return places.taken() === 0 && waiting.length + late.length === 0
  }

  /** How many more jobs the drainer may lock; says so once where that is what keeps it from its concurrency. */
  function lockable(): number {
    const most = mostHeld(drainer.drainers, drainer.hasLane, drainer.lockRoom)
    const left = Math.max(0, most - drainer.held.unsettled())
    if (left === 0 && concurrency > most && !isToldOfLocks) {
      isToldOfLocks = true
      drainer.log.warn(LOCKS_LOW, { concurrency, mostHeld: most, lockRoom: drainer.lockRoom })
    }
    return left
  }

  function mostAtOnce(): number {
    return batchSize(drainer.drainers, drainer.hasLane, drainer.lockRoom)
  }

  /** No more than one batch, and one that is claimed while the first is performed. */
  function mostAhead(): number {
    return Math.min(2 * mostAtOnce(), ahead.count(places.taken()))
  }

  function startWaiting(): void {
    while (waiting.length > 0 && places.takenWith((waiting[0] as ClaimedJob).name) <= concurrency) {
      const job = waiting.shift() as ClaimedJob
      if (isLate(job)) late.push(job)
      else perform(job)
    }
    if (late.length > 0) ended.endWait()
  }

  function perform(job: ClaimedJob): void {
    const run = running.start(job)
    ahead.recordStart(run.startedAtMs)
    void execute(run).then((execution) => conclude(run, execution))
  }

  function conclude(run: JobRun, execution: Execution): void {
    running.end(run)
    record(run, execution)
    startWaiting()
    if (isDone() || ended.count() >= LARGEST_BATCH) ended.endWait()
    else ended.endWaitSoon()
  }

  function record({ job, hasCheckpoint }: JobRun, execution: Execution): void {
    const tookMs = execution.endedAtMs - execution.startedAtMs
    ahead.recordEnd(tookMs)
    // after a checkpoint another execution can continue the job, so this one doesn't show how long it takes
    if (!hasCheckpoint) drainer.durations.add(job.name, tookMs)
    ended.add(execution)
  }

  async function waitForRunning(graceMs: number): Promise<void> {
    const giveUpAtMs = performance.now() + graceMs
    while (!running.isEmpty() && performance.now() < giveUpAtMs)
      await ended.wait(giveUpAtMs - performance.now())
  }
}

/**
 * A job that never returned after its timeout has failed, and one that was canceled is that. One that was aborted because the
 * drain ends has no outcome yet.
 */
function isOver({ cancellation: { reason } }: JobRun): boolean {
  return reason instanceof TimeoutError || reason instanceof JobCanceledError
}

function isLate({ claim, startWithinMs }: ClaimedJob): boolean {
  return startWithinMs !== null && performance.now() > claim.sentAtMs + startWithinMs
}

/** A job that was canceled before it began. */
function toUnstartedExecution(job: ClaimedJob, definition: AnyJobDefinition | undefined): Execution {
  const outcome = { kind: "canceled", error: canceledError(job), chargesAttempt: false } as const
  return unstartedExecution(job, definition, outcome)
}

function toAbortedExecution(run: JobRun): Execution {
  return executionOf(run, failureOutcome(run, run.cancellation.reason))
}
