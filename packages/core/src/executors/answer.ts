import { durationMs } from "../checks/duration.ts"
import { isRecord } from "../checks/validate.ts"
import { SluiceError } from "../errors.ts"
import { Discard, durationOf, PauseKey, RetryAfter, Snooze } from "../job/control-errors.ts"
import { DroppedResult } from "../job/dropped-result.ts"
import { MAX_PAYLOAD_BYTES, UnfitPayload } from "../job/payload.ts"
import { isErrorCode, serializeError } from "../job/serialize-error.ts"
import type { Logger } from "../logger.ts"

/** Results are stored up to this size, like payloads. A larger result is dropped where it was returned. */
export const MAX_RESULT_BYTES = MAX_PAYLOAD_BYTES
/** Answers are read up to this size, so that a result that is only a little too large is dropped and not performed again. */
export const MAX_ANSWER_BYTES = 4 * MAX_RESULT_BYTES

// The history stores no more than this of an error.
const MAX_NAME_CHARACTERS = 200
const MAX_MESSAGE_CHARACTERS = 2_000
const MAX_STACK_CHARACTERS = 8_000
/** Longer waits that another machine asks for are reduced to this. */
const MAX_WAIT_MS = 365 * 86_400_000
/** Wait of a job that the other side doesn't know. */
const UNKNOWN_JOB_WAIT = "1m"

/** The JSON that an execution elsewhere returns. Without `result` and `error`, the job succeeded without a result. */
export type Answer =
  | { readonly result?: unknown }
  /** The job succeeded, and its result could not be sent: why. */
  | { readonly dropped: string }
  | { readonly error: SerializedError }

/**
 * An error as JSON. The names `Discard`, `RetryAfter`, `Snooze` and `PauseKey` control the job, the latter three with `wait`;
 * any other name is a failed attempt.
 */
export interface SerializedError {
  readonly name: string
  readonly message: string
  readonly stack?: string
  /** The error's own `code`, if that is text. */
  readonly code?: string
  readonly wait?: number | string
  /** Of a `PauseKey`: the key that is paused. */
  readonly key?: string
}

/** The handler has no job of this name. Not an `UnknownJobError`, because `perform` may throw that too. */
export class JobNotServedError extends SluiceError {
  static override readonly name: string = "JobNotServedError"
}

/**
 * Errors that control the job, by their names in answers. The names are written out, because a minified bundle may rename
 * the classes, and never change, because the other side may be an older or newer deployment.
 */
const CONTROL_ERRORS = {
  UnfitPayload,
  Discard,
  RetryAfter,
  Snooze,
  PauseKey,
  NotHereError: JobNotServedError,
}

/** Serializes what `perform` has thrown. */
export function toErrorAnswer(thrown: unknown): { readonly error: SerializedError } {
  const [controlName] = Object.entries(CONTROL_ERRORS).find(([, type]) => thrown instanceof type) ?? []
  const { name, message, stack, code } = truncateTexts(serializeError(thrown))
  const error = {
    name: controlName ?? name ?? "Error",
    message: message ?? "",
    ...(stack !== undefined && { stack }),
    ...(code !== undefined && { code }),
    ...(isWaiting(thrown) && { wait: durationOf(thrown.wait) }),
    ...(thrown instanceof PauseKey && thrown.key !== undefined && { key: thrown.key }),
  }
  return { error }
}

function isWaiting(thrown: unknown): thrown is RetryAfter | Snooze | PauseKey {
  return [RetryAfter, Snooze, PauseKey].some((type) => thrown instanceof type)
}

/** Returns an answer's result or throws its error. `place` says in messages where the answer came from. */
export function resultOf(answer: unknown, place: string, log: Logger): unknown {
  if (answer === null || answer === undefined) return undefined
  if (isRecord(answer)) {
    if (isRecord(answer.error)) {
      if (answer.error.name === "NotHereError") throw snoozeUnknown(place, log)
      throw toError(answer.error)
    }
    if (typeof answer.dropped === "string")
      return new DroppedResult(answer.dropped.slice(0, MAX_NAME_CHARACTERS))
    if (Object.keys(answer).every((key) => key === "result")) return answer.result
  }
  throw new SluiceError(
    "invalid_answer",
    `${place} answered ${JSON.stringify(answer).slice(0, 200)}: return { "result": … } or { "error": { "name", "message" } }`,
  )
}

/** The other side may be an older or newer deployment: the job waits, as for a drainer that knows it, and no attempt is charged. */
function snoozeUnknown(place: string, log: Logger): Snooze {
  log.warn(`${place} doesn't know the job; the job waits until it does`)
  return new Snooze(UNKNOWN_JOB_WAIT)
}

/**
 * Restores an error that another machine has serialized. An unknown name is recorded as it came. Throws
 * `InvalidInputError` if `wait` is not a duration.
 */
export function toError(serialized: Partial<SerializedError>): Error {
  const { name = "Error", message = "", stack, code } = truncateTexts(serialized)
  const { wait, key } = serialized
  if (name === "Discard") return new Discard(message)
  if (name === "UnfitPayload") return new UnfitPayload(message)
  if (name === "RetryAfter" && wait !== undefined)
    return new RetryAfter(limitedWait(wait), message || undefined)
  if (name === "Snooze" && wait !== undefined) return new Snooze(limitedWait(wait), message || undefined)
  if (name === "PauseKey" && wait !== undefined)
    return new PauseKey(limitedWait(wait), message || undefined, { key })
  const error = new Error(message)
  error.name = name
  error.stack = stack ?? `${name}: ${message}`
  return code === undefined ? error : Object.assign(error, { code })
}

/** Keeps only what is text, because another machine may send anything. */
function truncateTexts({ name, message, stack, code }: Partial<SerializedError>): Partial<SerializedError> {
  return {
    ...(typeof name === "string" && name !== "" && { name: name.slice(0, MAX_NAME_CHARACTERS) }),
    ...(typeof message === "string" && { message: message.slice(0, MAX_MESSAGE_CHARACTERS) }),
    ...(typeof stack === "string" && { stack: stack.slice(0, MAX_STACK_CHARACTERS) }),
    ...(isErrorCode(code) && { code }),
  }
}

/** In seconds. */
function limitedWait(wait: number | string): number {
  return Math.min(durationMs(wait, ["wait"]), MAX_WAIT_MS) / 1_000
}
