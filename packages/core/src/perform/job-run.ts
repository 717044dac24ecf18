import { durationMs } from "../checks/duration.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { JobPolicies } from "../job/job-options.ts"
import type { Logger } from "../logger.ts"
import type { Drainer } from "../session/drainer.ts"
import type { Instrumentation } from "../telemetry/instrumentation.ts"
import type { Cancellation } from "./cancellation.ts"
import type { ConnectionLimiter } from "./connection-limiter.ts"
import type { Transactions } from "./transactions.ts"

const DEFAULT_MAX_ATTEMPTS = 10
const DEFAULT_TIMEOUT = "1m"

/** What one execution works with, beside its job. */
export interface JobRun {
  readonly definition: AnyJobDefinition
  readonly defaults: JobPolicies
  readonly drainer: Drainer
  readonly cancellation: Cancellation
  /** When it is cut off at the latest, in milliseconds since 1970. */
  readonly deadlineAtMs: number
  /** Progress was saved: the timeout begins anew. */
  readonly onCheckpoint: () => void
  /** Whether this execution has saved any. */
  readonly hasCheckpoint: () => boolean
  readonly log: Logger
  readonly transactions: Transactions
  readonly connections: ConnectionLimiter
  readonly instrumentation: Instrumentation | undefined
}

/** Of jobs that were enqueued without a timeout of their own. */
export function timeoutMsOf(definition: AnyJobDefinition, defaults: JobPolicies): number {
  return durationMs(definition.timeout ?? defaults.timeout ?? DEFAULT_TIMEOUT)
}

export function maxAttemptsOf(job: ClaimedJob, { definition, defaults }: JobRun): number {
  return job.maxAttempts ?? definition.maxAttempts ?? defaults.maxAttempts ?? DEFAULT_MAX_ATTEMPTS
}
