import { durationMs } from "../checks/duration.ts"
import type { Catalog } from "../enqueue/enqueue.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { Hooks } from "../job/hooks.ts"
import type { JobBatch } from "../job/job-batch.ts"
import { DEFAULT_MAX_ATTEMPTS, type JobPolicies } from "../job/job-options.ts"
import type { JobParents } from "../job/job-parents.ts"
import type { StoredPayloads } from "../job/payload-store.ts"
import type { Logger } from "../logger.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"
import type { Instrumentation } from "../telemetry/instrumentation.ts"
import type { Cancellation } from "./cancellation.ts"
import type { ConnectionLimiter } from "./connection-limiter.ts"
import type { KeptLog } from "./kept-log.ts"
import type { Place } from "./places.ts"
import type { Together } from "./together.ts"
import type { Transactions } from "./transactions.ts"

const DEFAULT_TIMEOUT = "1m"

/** What all executions of a drain share. */
export interface RunEnvironment {
  readonly drainer: Drainer
  readonly defaults: JobPolicies
  readonly deadline: Deadline
  readonly transactions: Transactions
  readonly connections: ConnectionLimiter
  readonly instrumentation: Instrumentation | undefined
  readonly payloads: StoredPayloads | undefined
  readonly hooks: Hooks | undefined
  /** Called when an execution may time out earlier than before. */
  readonly onTimeoutMoved: (run: JobRun) => void
  readonly together: Together
  readonly batchOf: (id: string) => JobBatch
  readonly parentsOf: (id: string) => JobParents
  /** To enqueue jobs. */
  readonly catalog: Catalog
  readonly wake: (options: { readonly onlyDue: true }) => Promise<void>
}

/** One execution of a claimed job: the value that is passed from step to step until there is an outcome. */
export interface JobRun {
  readonly job: ClaimedJob
  readonly definition: AnyJobDefinition
  readonly environment: RunEnvironment
  readonly cancellation: Cancellation
  place: Place
  readonly startedAtMs: number
  readonly timeoutMs: number
  /** When it times out, on the clock of `performance.now()`. */
  timesOutAtMs: number
  /** Steps that run with a timeout of their own; undefined: none has. */
  timedSteps: TimedSteps | undefined
  /** Whether this execution has saved a checkpoint. */
  hasCheckpoint: boolean
  log: Logger
  /** What the job has logged, if its definition keeps that. */
  keptLog: KeptLog | undefined
}

export interface TimedSteps {
  /** By the step's name. */
  readonly running: Map<string, { readonly timeoutMs: number; readonly timesOutAtMs: number }>
  /** What was left of the job's own timeout when the first of them began. */
  leftMs: number
}

/** A saved checkpoint restarts the timeout. */
export function recordCheckpoint(run: JobRun): void {
  run.environment.drainer.tally.checkpoints++
  run.hasCheckpoint = true
  if (run.timedSteps) run.timedSteps.leftMs = run.timeoutMs
  if (!run.cancellation.reason && !run.timedSteps?.running.size)
    run.timesOutAtMs = performance.now() + run.timeoutMs
}

/** While steps with timeouts of their own run, the first of these to pass applies instead of the job's, which stands still. */
export async function withTimeout<Value>(
  run: JobRun,
  name: string,
  timeoutMs: number,
  work: () => Promise<Value>,
): Promise<Value> {
  run.timedSteps ??= { running: new Map(), leftMs: 0 }
  const { timedSteps } = run
  const { running } = timedSteps
  if (running.size === 0) timedSteps.leftMs = run.timesOutAtMs - performance.now()
  running.set(name, { timeoutMs, timesOutAtMs: performance.now() + timeoutMs })
  moveTimeout(run, timedSteps)
  try {
    return await work()
  } finally {
    running.delete(name)
    moveTimeout(run, timedSteps)
  }
}

function moveTimeout(run: JobRun, { running, leftMs }: TimedSteps): void {
  const ends = Array.from(running.values(), ({ timesOutAtMs }) => timesOutAtMs)
  run.timesOutAtMs = ends.length > 0 ? Math.min(...ends) : performance.now() + leftMs
  run.environment.onTimeoutMoved(run)
}

/** When an execution is aborted at the latest, in milliseconds since 1970. */
export function deadlineAtMsOf({ timesOutAtMs, environment: { deadline } }: JobRun): number {
  return Date.now() + Math.min(timesOutAtMs - performance.now(), deadline.untilStopMs())
}

/** The timeout of jobs that were enqueued without one. */
export function timeoutMsOf(definition: AnyJobDefinition, defaults: JobPolicies): number {
  return durationMs(definition.timeout ?? defaults.timeout ?? DEFAULT_TIMEOUT)
}

/** Limits all attempts of the job together. Undefined unless the call or the definition says it. */
export function ownMaxAttempts({ job, definition }: JobRun): number | undefined {
  return job.maxAttempts ?? definition.maxAttempts
}

/** Limits the attempts that no rule of the definition limits. */
export function maxAttemptsOf(run: JobRun): number {
  return ownMaxAttempts(run) ?? run.environment.defaults.maxAttempts ?? DEFAULT_MAX_ATTEMPTS
}
