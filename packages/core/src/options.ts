import type { EnqueueOptions } from "./definition.ts"
import {
  assertInteger,
  assertKnownKeys,
  assertPolicies,
  assertText,
  isRecord,
  isStorableText,
  refuse,
} from "./validate.ts"

const OPTION_KEYS = [
  ...["queue", "priority", "maxAttempts", "timeout", "runAt", "delay", "uniqueKey", "idempotencyKey"],
  ...["concurrencyKey", "concurrencyLimit", "tags", "metadata"],
]

/** Checks the options of one job. Throws `InvalidInputError` with the path of the first that is wrong. */
export function assertOptions(options: Omit<EnqueueOptions, "transaction">): void {
  if (!isRecord(options)) {
    refuse("invalid_option", options, ["options"], "an object")
  }
  assertKnownKeys(options, OPTION_KEYS, ["options"])
  assertPolicies(options, ["options"])
  assertText(options.uniqueKey, ["options", "uniqueKey"])
  assertText(options.idempotencyKey, ["options", "idempotencyKey"])
  assertText(options.concurrencyKey, ["options", "concurrencyKey"])
  assertInteger(options.concurrencyLimit, ["options", "concurrencyLimit"], 1, 1_000_000)
  if (options.runAt !== undefined && options.delay !== undefined) {
    refuse("invalid_option", options.delay, ["options", "delay"], "runAt or delay, not both")
  }
  if (options.tags !== undefined && !isListOfTexts(options.tags)) {
    refuse("invalid_option", options.tags, ["options", "tags"], "a list of texts, without NUL")
  }
  const { metadata } = options
  if (metadata !== undefined && !isRecord(metadata)) {
    refuse("invalid_option", metadata, ["options", "metadata"], "a JSON object")
  }
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string" && isStorableText(item))
}

const FIRST_INSTANT_MS = Date.UTC(1970, 0, 1)
const LAST_INSTANT_MS = Date.UTC(9999, 11, 31)
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)$/

/** The instant as ISO 8601 text. */
export function instant(runAt: Date | string): string {
  const at = runAt instanceof Date ? runAt : new Date(isCalendarDay(runAt) ? runAt : Number.NaN)
  if (!(at.getTime() >= FIRST_INSTANT_MS && at.getTime() <= LAST_INSTANT_MS)) {
    const expected = "a Date or an ISO 8601 instant such as 2030-01-31T12:00:00Z"
    refuse("invalid_option", runAt, ["options", "runAt"], expected)
  }
  return at.toISOString()
}

/** `new Date` takes February 31st for March 3rd. */
function isCalendarDay(text: unknown): boolean {
  if (typeof text !== "string" || !ISO_8601.test(text)) return false
  const day = text.slice(0, "2030-01-31".length)
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
}
