/**
 * Base class of every error that Sluice throws. `code` is stable; the message is for people and may change. These have
 * no class of their own:
 *
 * - `execution_over`, `transaction_over`: code of a job uses its context or transaction after the job has ended
 * - `not_transactional`, `not_continuable`: this job's context has no transaction, or no steps and cursors
 * - `outside_drainer`: an executor's job uses what of its context only the drainer has
 * - `progress_mismatch`: a stored step is now used as a cursor, or the other way round
 * - `job_lost`: the job no longer belongs to this drainer
 * - `not_defined`, `thread_ended`: the module of a thread doesn't define the job; the thread ended before the job
 * - `invalid_answer`: a function or endpoint that performs a job returned something else than an outcome
 * - `store_unavailable`: the app's store of payloads failed, or took too long
 * - `next_not_called`: a hook around an enqueue or an execution returned without calling `next`
 * - `too_many_resumptions`: a job failed or was cut off after a checkpoint more often than its `maxResumptions`
 * - `stuck`: a worker has stopped, but executions are still running although they were aborted
 * - `not_configured`: a key that the HTTP API or a perform handler needs is not set
 * - `migrations_missing`: `migrate` doesn't find its folder of SQL files
 * - `not_performed`, `not_repeatable`, `too_many_points`, `never_drained`, `never_ended`, `not_permitted`: the testing kit can't do what
 *   a test asks, for the reason that the message tells
 */
export class SluiceError extends Error {
  /** Spelled out in each class: a minified bundle renames the classes, but the history stores this name. */
  static override readonly name: string = "SluiceError"
  static {
    brand(SluiceError)
  }

  readonly code: string
  /** Set on an error of `drain` if executions are still running although they were aborted: end the process. */
  declare stuck?: number

  /** Recognises errors of another copy of this package too: see {@link brand}. */
  static override [Symbol.hasInstance](this: ErrorClass, value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: the class that is asked, which may be a subclass
    return isInstance(value, this)
  }

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}

/**
 * A value that the caller passed is invalid. Nothing was stored.
 *
 * - `invalid_option`, `unknown_option`, `invalid_duration`: an option of any function
 * - `missing_option`: a job is enqueued by name alone, without an option that its definition computes from the payload
 * - `invalid_name`, `invalid_id`: the name of a job or queue; the id of a job
 * - `invalid_job`, `invalid_jobs`: a definition, or what is passed to `enqueueMany`
 * - `invalid_payload`, `invalid_json`: a value that can't be stored as JSON without changing it
 * - `duplicate_job`, `unbound_job`, `no_jobs`: `jobs` of `createSluice` or `migrate` has two definitions of one name, lacks
 *   the definition that is enqueued, or has none to perform
 * - `invalid_schema`, `invalid_address`: the name of the schema; the connection string
 * - `timeout_never_fits`: a job's timeout is longer than any drain
 * - `name_taken`: an execution uses one name for two steps or cursors
 * - `invalid_setting`: an environment variable, which the message names
 * - `invalid_workflow`: a workflow's steps, their names or their order
 * - `parent_not_found`: a job is to run after one that is unknown, or whose history was dropped
 * - `unknown_parent`: a job has asked for the result of one after which it doesn't run
 * - `invalid_wait_value`: a wait was completed with a value that doesn't match the schema of `waitFor`
 * - `invalid_module`: `thread()` was given something other than the URL of a file
 */
export class InvalidInputError extends SluiceError {
  static override readonly name: string = "InvalidInputError"
  static {
    brand(InvalidInputError)
  }

  /** Where the invalid value is, outermost key first: `["options", "runAt"]`. */
  readonly path: readonly (string | number)[]
  /** Index of the invalid job in the call of `enqueueMany`. None of the jobs of that call was stored. */
  index: number | undefined

  constructor(
    code: string,
    message: string,
    where: { path?: readonly (string | number)[]; cause?: unknown } = {},
  ) {
    super(code, message, where.cause === undefined ? undefined : { cause: where.cause })
    this.path = where.path ?? []
  }

  /** Adds the index of the job that the error is about. */
  atIndex(index: number): this {
    this.index = index
    this.message = `jobs[${index}]: ${this.message}`
    return this
  }
}

/**
 * `createSluice({ jobs })` has no definition of this name; or a job was enqueued by name alone, and neither a deployment
 * nor a drainer has registered a definition of that name. Code `unknown_job`.
 */
export class UnknownJobError extends InvalidInputError {
  static override readonly name: string = "UnknownJobError"
  static {
    brand(UnknownJobError)
  }
}

/**
 * Another job has the unique key, and the rule is to reject the new one. Nothing was stored, of a batch none of its jobs. Code
 * `unique_key_taken`.
 */
export class UniqueKeyTakenError extends SluiceError {
  static override readonly name: string = "UniqueKeyTakenError"
  static {
    brand(UniqueKeyTakenError)
  }

  /** The job that has the key. Null: another one of the same call. */
  readonly jobId: string | null
  /** Index of the job in the call of `enqueueMany`. */
  index: number | undefined

  constructor(
    message: string,
    details: { jobId: string | null; index?: number | undefined; cause: unknown },
  ) {
    super("unique_key_taken", message, { cause: details.cause })
    this.jobId = details.jobId
    this.index = details.index
  }
}

/**
 * A request isn't carried out because of its key. Nothing was stored.
 *
 * - `request_in_progress`: another call carries it out at this moment; try again in a second
 * - `request_differs`: the key was used for another request within 24 hours
 */
export class RequestError extends SluiceError {
  static override readonly name: string = "RequestError"
  static {
    brand(RequestError)
  }
}

/** The payload doesn't match the definition's input schema. Code `invalid_payload`. */
export class InvalidPayloadError extends InvalidInputError {
  static override readonly name: string = "InvalidPayloadError"
  static {
    brand(InvalidPayloadError)
  }

  /** The schema's first 20 issues. */
  readonly issues: readonly { path: readonly (string | number)[]; message: string }[]

  constructor(message: string, issues: InvalidPayloadError["issues"]) {
    super("invalid_payload", message, { path: ["payload", ...(issues[0]?.path ?? [])] })
    this.issues = issues
  }
}

/**
 * - `payload_too_large`: a payload, a step's result or a cursor's position is over 256 KiB as JSON, a payload for a store
 *   over 8 MiB, or metadata over 64 KiB
 * - `batch_too_large`: one call has more than 100,000 jobs, or more than 64 MiB of them
 */
export class PayloadTooLargeError extends InvalidInputError {
  static override readonly name: string = "PayloadTooLargeError"
  static {
    brand(PayloadTooLargeError)
  }
}

/**
 * The database could not be reached, did not respond in time, or the connection broke. A statement that was under way
 * may or may not have been carried out. Code `database_unavailable`.
 */
export class DatabaseUnavailableError extends SluiceError {
  static override readonly name: string = "DatabaseUnavailableError"
  static {
    brand(DatabaseUnavailableError)
  }
}

/**
 * - `schema_missing`: the database doesn't have Sluice's tables. Run `migrate`.
 * - `schema_outdated`: they are older than this code. Run `migrate`.
 * - `schema_owned`: they belong to another deployment.
 * - `not_permitted`: the role isn't allowed to migrate them.
 */
export class SchemaError extends SluiceError {
  static override readonly name: string = "SchemaError"
  static {
    brand(SchemaError)
  }
}

/** There is a transaction pooler between the drainer and Postgres; session locks don't work through it. Code `transaction_pooler`. */
export class PoolerError extends SluiceError {
  static override readonly name: string = "PoolerError"
  static {
    brand(PoolerError)
  }
}

/** The drainer's database session ended while jobs were running. They are aborted, and the next drainer runs them again. Code `session_lost`. */
export class SessionLostError extends SluiceError {
  static override readonly name: string = "SessionLostError"
  static {
    brand(SessionLostError)
  }
}

/**
 * - `timeout`: an execution took longer than its timeout. This is the attempt's error.
 * - `never_fits`: it was interrupted at the deadline of several drains in a row without saving a checkpoint. This uses
 *   up an attempt.
 * - `result_timeout`: a job whose result is awaited has not ended in time. The job isn't affected.
 */
export class TimeoutError extends SluiceError {
  static override readonly name: string = "TimeoutError"
  static {
    brand(TimeoutError)
  }
}

/** What `perform` returned doesn't match the definition's output schema, or can't be stored. The attempt has failed. Code `invalid_result`. */
export class InvalidResultError extends SluiceError {
  static override readonly name: string = "InvalidResultError"
  static {
    brand(InvalidResultError)
  }
}

/**
 * The job whose result is awaited has ended without success. The `cause` is the last error of the job, as its history has it.
 *
 * - `job_discarded`: it failed for good
 * - `job_canceled`
 */
export class JobFailedError extends SluiceError {
  static override readonly name: string = "JobFailedError"
  static {
    brand(JobFailedError)
  }

  readonly jobId: string

  constructor(code: "job_discarded" | "job_canceled", message: string, jobId: string, cause?: unknown) {
    super(code, message, cause === undefined ? undefined : { cause })
    this.jobId = jobId
  }
}

/**
 * Of the jobs that `enqueueAndWait` has enqueued, some did not succeed. Code `jobs_failed`.
 */
export class JobsFailedError extends SluiceError {
  static override readonly name: string = "JobsFailedError"
  static {
    brand(JobsFailedError)
  }

  /** The first hundred of them, in the order of the jobs, with their ids and their last errors. */
  readonly failed: readonly JobFailedError[]
  /** How many there are. */
  readonly count: number

  constructor(message: string, { failed, count }: { failed: readonly JobFailedError[]; count: number }) {
    super("jobs_failed", message)
    this.failed = failed
    this.count = count
  }
}

/** The job's drainer died while this was its only running job, `maxInterruptions` times. The job is discarded. Code `interrupted`. */
export class InterruptedError extends SluiceError {
  static override readonly name: string = "InterruptedError"
  static {
    brand(InterruptedError)
  }
}

/**
 * Somebody has canceled the job: the reason of the `signal` of an execution that is aborted because of it. The job is recorded
 * as canceled and not retried. Code `job_canceled`.
 */
export class JobCanceledError extends SluiceError {
  static override readonly name: string = "JobCanceledError"
  static {
    brand(JobCanceledError)
  }
}

/** A job had not begun when it expired, and was canceled: what `onDiscard` is told. Code `job_expired`. */
export class JobExpiredError extends SluiceError {
  static override readonly name: string = "JobExpiredError"
  static {
    brand(JobExpiredError)
  }
}

/** There is no such job, or its history was dropped. Code `job_not_found`. */
export class JobNotFoundError extends SluiceError {
  static override readonly name: string = "JobNotFoundError"
  static {
    brand(JobNotFoundError)
  }
}

/**
 * Nobody has completed the token of a `waitFor` within its timeout, or the jobs of an `enqueueAndWait` have not ended in it. Code
 * `wait_timeout`.
 */
export class WaitTimeoutError extends SluiceError {
  static override readonly name: string = "WaitTimeoutError"
  static {
    brand(WaitTimeoutError)
  }
}

/** No job has opened this token, or waits for it. Code `wait_not_found`. */
export class WaitNotFoundError extends SluiceError {
  static override readonly name: string = "WaitNotFoundError"
  static {
    brand(WaitNotFoundError)
  }
}

/** A wait has ended before: `wait_completed`, or `wait_timed_out`. Nothing was changed. */
export class WaitStateError extends SluiceError {
  static override readonly name: string = "WaitStateError"
  static {
    brand(WaitStateError)
  }
}

/**
 * A job has asked for the result of one that it runs after, of which there is none.
 *
 * - `parent_history_dropped`: the history of that job was dropped, or it was deleted
 * - `parent_result_not_kept`: its definition doesn't keep results, or this process can't read them
 * - `parent_not_finished`: it was retried since, and hasn't ended yet
 */
export class ParentResultError extends SluiceError {
  static override readonly name: string = "ParentResultError"
  static {
    brand(ParentResultError)
  }
}

/**
 * The state of a job doesn't allow what was asked. Nothing was changed.
 *
 * - `job_running`: a drainer performs it, so it can't be updated or made due
 * - `job_finished`, `job_not_finished`, `job_succeeded`: it has ended, has not ended, or has ended well
 * - `queue_paused`, `name_paused`: it can't be run now because its queue or name is paused
 * - `unique_key_taken`: it can't be retried because another job has its unique key
 * - `payload_not_kept`: it can't be retried because its definition keeps no payloads of finished jobs
 * - `definition_needed`: its concurrency key has to be computed from the new payload, by a definition that this app doesn't have
 */
export class JobStateError extends SluiceError {
  static override readonly name: string = "JobStateError"
  static {
    brand(JobStateError)
  }
}

/** There is no schedule with this key. Code `schedule_not_found`. */
export class ScheduleNotFoundError extends SluiceError {
  static override readonly name: string = "ScheduleNotFoundError"
  static {
    brand(ScheduleNotFoundError)
  }
}

/** The schedule is defined in code, so it can only be changed and removed there. Code `schedule_in_code`. */
export class ScheduleStateError extends SluiceError {
  static override readonly name: string = "ScheduleStateError"
  static {
    brand(ScheduleStateError)
  }
}

/** No batch has the id, or its history was dropped. Code `batch_not_found`. */
export class BatchNotFoundError extends SluiceError {
  static override readonly name: string = "BatchNotFoundError"
  static {
    brand(BatchNotFoundError)
  }
}

/** All jobs of the batch have ended, so no jobs can be added to it. Nothing was stored. Code `batch_finished`. */
export class BatchFinishedError extends SluiceError {
  static override readonly name: string = "BatchFinishedError"
  static {
    brand(BatchFinishedError)
  }
}

/**
 * A queue or concurrency key has as many unfinished jobs as its waiting limit allows. Nothing was stored. Code `queue_full` or
 * `key_full`.
 */
export class WaitingLimitError extends SluiceError {
  static override readonly name: string = "WaitingLimitError"
  static {
    brand(WaitingLimitError)
  }

  /** The queue or key. */
  readonly target: string
  /** Its limit. */
  readonly waiting: number

  constructor(
    code: "queue_full" | "key_full",
    message: string,
    { target, waiting, cause }: { target: string; waiting: number; cause: unknown },
  ) {
    super(code, message, { cause })
    this.target = target
    this.waiting = waiting
  }
}

/** Who acts may not do this: its role is too low, or a job, queue or batch isn't one of its own. Nothing was changed. Code `forbidden`. */
export class ForbiddenError extends SluiceError {
  static override readonly name: string = "ForbiddenError"
  static {
    brand(ForbiddenError)
  }
}

/** No API key has the id; to rotate one, also: it was revoked, or has expired. Code `api_key_not_found`. */
export class ApiKeyNotFoundError extends SluiceError {
  static override readonly name: string = "ApiKeyNotFoundError"
  static {
    brand(ApiKeyNotFoundError)
  }
}

interface ErrorClass {
  readonly name: string
  readonly prototype: Error
}

/**
 * Marks the instances of a class for `instanceof`. An app may have loaded two copies of this package, as a module and as
 * CommonJS, or in two versions: a `Discard` that is thrown with one copy must still discard the job in the other.
 */
export function brand(type: ErrorClass): void {
  Object.defineProperty(type.prototype, markOf(type), { value: true })
}

/** An app's own subclass has no mark, and recognises its instances as any class does. */
function isInstance(value: unknown, type: ErrorClass): boolean {
  const mark = markOf(type)
  if (!Object.hasOwn(type.prototype, mark)) return Function.prototype[Symbol.hasInstance].call(type, value)
  return typeof value === "object" && value !== null && mark in value
}

function markOf({ name }: ErrorClass): symbol {
  return Symbol.for(`@sluice/core ${name}`)
}
