import type { Duration } from "../checks/duration.ts"
import { assertText } from "../checks/validate.ts"
import { brand, SluiceError } from "../errors.ts"

/** How long to wait: seconds, a string such as `"5m"`, or the instant to wait for. */
export type Wait = Duration | Date

/** The wait as a duration. An instant is compared with this process's clock; one that has passed is no wait. */
export function durationOf(wait: Wait): Duration {
  return wait instanceof Date ? Math.max(0, wait.getTime() - Date.now()) / 1_000 : wait
}

/** Throw it in `perform` to discard the job, even if it has attempts left. Code `discard`. */
export class Discard extends SluiceError {
  static override readonly name: string = "Discard"
  static {
    brand(Discard)
  }

  constructor(message: string, options?: ErrorOptions) {
    super("discard", message, options)
  }
}

/** Throw it in `perform` to fail this attempt and choose the time until the next one. Code `retry_after`. */
export class RetryAfter extends SluiceError {
  static override readonly name: string = "RetryAfter"
  static {
    brand(RetryAfter)
  }

  /** Seconds, a string such as `"5m"`, or a `Date`; at least a second from now. */
  readonly wait: Wait

  constructor(wait: Wait, message = "The job asked to be retried later", options?: ErrorOptions) {
    super("retry_after", message, options)
    this.wait = wait
  }
}

/** Throw it in `perform` to run the job again later without using up an attempt. Code `snooze`. */
export class Snooze extends SluiceError {
  static override readonly name: string = "Snooze"
  static {
    brand(Snooze)
  }

  /** Seconds, a string such as `"5m"`, or a `Date`; at least a second from now. */
  readonly wait: Wait

  constructor(wait: Wait, message = "The job asked to be snoozed") {
    super("snooze", message)
    this.wait = wait
  }
}

/**
 * Throw it in `perform` to pause the job's concurrency key, for example when a service answers that it gets too many
 * requests: none of the key's jobs is started in that time, the job itself runs again later, and no attempt is used up. After
 * the pause, the key's limit rises from 1 to what it was within a minute. A job without a concurrency key is only put off, as
 * by `Snooze`. Code `pause_key`.
 */
export class PauseKey extends SluiceError {
  static override readonly name: string = "PauseKey"
  static {
    brand(PauseKey)
  }

  /** Seconds, a string such as `"5m"`, or a `Date`; at least a second from now. */
  readonly wait: Wait
  /** The key that is paused; undefined: the job's, or the first of several. */
  readonly key: string | undefined

  /** Throws `InvalidInputError` for a `key` that can't be one. */
  constructor(
    wait: Wait,
    message = "The job asked to pause its concurrency key",
    { key }: { readonly key?: string | undefined } = {},
  ) {
    super("pause_key", message)
    assertText(key, ["PauseKey", "key"])
    this.wait = wait
    this.key = key
  }
}

/** Puts the job back at its old place in the queue, because a step wants an execution of its own. */
export class Isolation extends Snooze {
  static override readonly name: string = "Isolation"

  constructor(message: string) {
    super(0, message)
  }
}
