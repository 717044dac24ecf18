/** Base of every error that Sluice throws. `code` is stable; the message is for people and may change. */
export class SluiceError extends Error {
  /** Written out in each class, because a minified bundle renames the classes, and the history keeps this. */
  static override readonly name: string = "SluiceError"
  readonly code: string
  /** Set on what `drain` throws when executions go on although they were aborted: end the process. */
  declare stuck?: number

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}

/** A value the caller gave is wrong: a name, an option, a setting. Nothing was stored. */
export class InvalidInputError extends SluiceError {
  static override readonly name: string = "InvalidInputError"
  /** Where the wrong value is, from the outside in, as in `["options", "runAt"]`. */
  readonly path: readonly (string | number)[]
  /** Position of the offending job in the call to `enqueueMany`; all jobs of that call are refused with it. */
  index: number | undefined

  constructor(
    code: string,
    message: string,
    where: { path?: readonly (string | number)[]; cause?: unknown } = {},
  ) {
    super(code, message, where.cause === undefined ? undefined : { cause: where.cause })
    this.path = where.path ?? []
  }

  /** Says which job of a call it is about. */
  atIndex(index: number): this {
    this.index = index
    this.message = `jobs[${index}]: ${this.message}`
    return this
  }
}

/** No definition of that name was given to `createSluice({ jobs })`. Code `unknown_job`. */
export class UnknownJobError extends InvalidInputError {
  static override readonly name: string = "UnknownJobError"
}

/** The payload fails the definition's input schema. Code `invalid_payload`; `issues` has path and message of the first 20. */
export class InvalidPayloadError extends InvalidInputError {
  static override readonly name: string = "InvalidPayloadError"
  readonly issues: readonly { path: readonly (string | number)[]; message: string }[]

  constructor(message: string, issues: readonly { path: readonly (string | number)[]; message: string }[]) {
    super("invalid_payload", message, { path: ["payload", ...(issues[0]?.path ?? [])] })
    this.issues = issues
  }
}

/**
 * The payload, a step's result or a cursor's position is over 256 KiB as JSON, or metadata over 64 KiB: code
 * `payload_too_large`. Or the jobs of one call are too many: code `batch_too_large`.
 */
export class PayloadTooLargeError extends InvalidInputError {
  static override readonly name: string = "PayloadTooLargeError"
}

/** The database could not be reached, or the connection broke. Nothing was stored unless it had been confirmed. Code `database_unavailable`. */
export class DatabaseUnavailableError extends SluiceError {
  static override readonly name: string = "DatabaseUnavailableError"
}

/** Sluice's tables are missing (`schema_missing`) or older than this code (`schema_outdated`): run migrate. Or another deployment has them (`schema_owned`), or the role may not change them (`not_permitted`). */
export class SchemaError extends SluiceError {
  static override readonly name: string = "SchemaError"
}

/** A transaction pooler stands between the drainer and Postgres; session locks don't hold through it. Code `transaction_pooler`. */
export class PoolerError extends SluiceError {
  static override readonly name: string = "PoolerError"
}

/** The drainer's database session ended while jobs ran; they are aborted and left to the next drainer. Code `session_lost`. */
export class SessionLostError extends SluiceError {
  static override readonly name: string = "SessionLostError"
}

/** An execution took longer than its timeout. Recorded as the attempt's error. Code `timeout`. */
export class TimeoutError extends SluiceError {
  static override readonly name: string = "TimeoutError"
}

/** A job was running alone in a drainer that died, as often as `maxInterruptions` allows. Code `interrupted`. */
export class InterruptedError extends SluiceError {
  static override readonly name: string = "InterruptedError"
}

/** Throw in `perform` to finish the job without success, whatever attempts remain. */
export class Discard extends SluiceError {
  static override readonly name: string = "Discard"
  constructor(message: string, options?: ErrorOptions) {
    super("discard", message, options)
  }
}

/** Throw in `perform` to retry after a wait of your own; the attempt counts. `wait` is in seconds or like `"5m"`. */
export class RetryAfter extends SluiceError {
  static override readonly name: string = "RetryAfter"
  readonly wait: number | string

  constructor(wait: number | string, message = "The job asked to be retried later", options?: ErrorOptions) {
    super("retry_after", message, options)
    this.wait = wait
  }
}

/** Throw in `perform` to put the job back for a while without counting the attempt. `wait` is in seconds or like `"5m"`, and lasts a second at least. */
export class Snooze extends SluiceError {
  static override readonly name: string = "Snooze"
  readonly wait: number | string

  constructor(wait: number | string, message = "The job asked to be snoozed") {
    super("snooze", message)
    this.wait = wait
  }
}
