import { durationMs } from "../checks/duration.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { Hooks } from "../job/hooks.ts"
import type { JobPolicies } from "../job/job-options.ts"
import type { StoredPayloads } from "../job/payload-store.ts"
import type { Logger } from "../logger.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"
import type { Instrumentation } from "../telemetry/instrumentation.ts"
import type { Cancellation } from "./cancellation.ts"
import type { ConnectionLimiter } from "./connection-limiter.ts"
import type { Together } from "./together.ts"
import type { Transactions } from "./transactions.ts"

/** With the default backoff, the last one comes three weeks after the first. */
const DEFAULT_MAX_ATTEMPTS = 25
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
  readonly together: Together
}

/** One execution of a claimed job: the value that is passed from step to step until there is an outcome. */
export interface JobRun {
  readonly job: ClaimedJob
  readonly definition: AnyJobDefinition
  readonly environment: RunEnvironment
  readonly cancellation: Cancellation
  readonly startedAtMs: number
  readonly timeoutMs: number
  /** When it times out, on the clock of `performance.now()`. */
  timesOutAtMs: number
  /** Whether this execution has saved a checkpoint. */
  hasCheckpoint: boolean
  log: Logger
}

/** A saved checkpoint restarts the timeout. */
export function recordCheckpoint(run: JobRun): void {
  run.environment.drainer.tally.checkpoints++
  run.hasCheckpoint = true
  if (!run.cancellation.reason) run.timesOutAtMs = performance.now() + run.timeoutMs
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
