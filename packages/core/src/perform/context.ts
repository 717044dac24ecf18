import type { Queryable } from "../database/connection.ts"
import { SluiceError } from "../errors.ts"
import { eventIn } from "../job/define-event.ts"
import type { JobBatch } from "../job/job-batch.ts"
import type { JobContext } from "../job/job-context.ts"
import type { JobParents } from "../job/job-parents.ts"
import { keptOf } from "../job/keep.ts"
import { scheduleIn } from "../job/schedule-settings.ts"
import { type Logger, withDetails } from "../logger.ts"
import { type Checkpoints, createCheckpoints } from "./checkpoints.ts"
import { deadlineAtMsOf, type JobRun, maxAttemptsOf } from "./job-run.ts"
import { createKeptLog } from "./kept-log.ts"
import { createProgressReports, type ProgressReports } from "./progress-reports.ts"

/** The second argument of `perform`. Most jobs use little of it, so each part is created when it is read. */
export class Context implements JobContext {
  /** Undefined until the job uses `step`, `cursor` or `sleep`. */
  checkpoints: Checkpoints | undefined
  /** Undefined until the job uses `progress`. */
  reports: ProgressReports | undefined
  readonly #run: JobRun
  readonly #transaction: Queryable | undefined

  constructor(run: JobRun, transaction?: Queryable) {
    this.#run = run
    this.#transaction = transaction
  }

  get id(): string {
    return this.#run.job.id
  }
  get name(): string {
    return this.#run.job.name
  }
  get queue(): string {
    return this.#run.job.queue
  }
  get attempt(): number {
    return this.#run.job.attempts + 1
  }
  get maxAttempts(): number {
    return maxAttemptsOf(this.#run)
  }
  get signal(): AbortSignal {
    return this.#run.cancellation.signal
  }
  get deadlineAt(): Date {
    return new Date(deadlineAtMsOf(this.#run))
  }
  get enqueuedAt(): Date {
    return new Date(this.#run.job.enqueuedAt)
  }
  get tags(): readonly string[] {
    return this.#run.job.tags ?? []
  }
  get metadata(): Readonly<Record<string, unknown>> {
    return this.#run.job.metadata ?? {}
  }
  get schedule(): JobContext["schedule"] {
    return scheduleIn(this.metadata)
  }
  get event(): JobContext["event"] {
    return eventIn(this.metadata)
  }
  get batch(): JobBatch | undefined {
    const { batchId } = this.#run.job
    return batchId === null ? undefined : this.#run.environment.batchOf(batchId)
  }
  get parents(): JobParents {
    return this.#run.environment.parentsOf(this.id)
  }
  get log(): Logger {
    const log = withDetails(this.#run.log, { jobId: this.id, job: this.name, attempt: this.attempt })
    if (!keptOf(this.#run.definition.keep).logs) return log
    this.#run.keptLog ??= createKeptLog()
    return this.#run.keptLog.around(log)
  }
  get step(): JobContext["step"] {
    return this.#useCheckpoints().step
  }
  get cursor(): JobContext["cursor"] {
    return this.#useCheckpoints().cursor
  }
  get sleep(): JobContext["sleep"] {
    return this.#useCheckpoints().sleep
  }
  get sleepUntil(): JobContext["sleepUntil"] {
    return this.#useCheckpoints().sleepUntil
  }
  get openWait(): JobContext["openWait"] {
    return this.#useCheckpoints().openWait
  }
  get waitFor(): JobContext["waitFor"] {
    return this.#useCheckpoints().waitFor
  }
  get openEventWait(): JobContext["openEventWait"] {
    return this.#useCheckpoints().openEventWait
  }
  get waitForEvent(): JobContext["waitForEvent"] {
    return this.#useCheckpoints().waitForEvent
  }
  get enqueueAndWait(): JobContext["enqueueAndWait"] {
    return this.#useCheckpoints().enqueueAndWait
  }
  get all(): JobContext["all"] {
    return this.#useCheckpoints().all
  }
  get progress(): JobContext["progress"] {
    this.reports ??= createProgressReports(this.#run)
    return this.reports.report
  }
  get transaction(): Queryable {
    if (this.#transaction) return this.#transaction
    throw new SluiceError(
      "not_transactional",
      `The job ${JSON.stringify(this.name)} has no transaction: define it with transactional: true`,
    )
  }

  #useCheckpoints(): Checkpoints {
    this.checkpoints ??= createCheckpoints(this.#run)
    return this.checkpoints
  }
}
