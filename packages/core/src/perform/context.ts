import type { Queryable } from "../database/connection.ts"
import { SluiceError } from "../errors.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import type { JobContext } from "../job/job-context.ts"
import { type Logger, withDetails } from "../logger.ts"
import { type Checkpoints, createCheckpoints } from "./checkpoints.ts"
import { type JobRun, maxAttemptsOf } from "./job-run.ts"

/** What `perform` is given. Most jobs ask for little of it, so each part is made when it is asked for. */
export class Context implements JobContext {
  /** Of a job that has asked for `step`, `cursor` or `sleep`. */
  checkpoints: Checkpoints | undefined
  readonly #job: ClaimedJob
  readonly #work: JobRun
  readonly #transaction: Queryable | undefined

  constructor(job: ClaimedJob, work: JobRun, transaction?: Queryable) {
    this.#job = job
    this.#work = work
    this.#transaction = transaction
  }

  get id(): string {
    return this.#job.id
  }
  get name(): string {
    return this.#job.name
  }
  get queue(): string {
    return this.#job.queue
  }
  get attempt(): number {
    return this.#job.attempts + 1
  }
  get maxAttempts(): number {
    return maxAttemptsOf(this.#job, this.#work)
  }
  get signal(): AbortSignal {
    return this.#work.cancellation.signal
  }
  get deadlineAt(): Date {
    return new Date(this.#work.deadlineAtMs)
  }
  get enqueuedAt(): Date {
    return new Date(this.#job.enqueuedAt)
  }
  get tags(): readonly string[] {
    return this.#job.tags ?? []
  }
  get metadata(): Readonly<Record<string, unknown>> {
    return this.#job.metadata ?? {}
  }
  get log(): Logger {
    return withDetails(this.#work.log, { jobId: this.id, job: this.name, attempt: this.attempt })
  }
  get step(): JobContext["step"] {
    return this.#continued().step
  }
  get cursor(): JobContext["cursor"] {
    return this.#continued().cursor
  }
  get sleep(): JobContext["sleep"] {
    return this.#continued().sleep
  }
  get transaction(): Queryable {
    if (this.#transaction) return this.#transaction
    throw new SluiceError(
      "not_transactional",
      `The job ${JSON.stringify(this.name)} has no transaction: define it with transactional: true`,
    )
  }

  #continued(): Checkpoints {
    this.checkpoints ??= createCheckpoints(this.#job, this.#work)
    return this.checkpoints
  }
}
