import {
  assertInteger,
  assertKnownKeys,
  assertOneOf,
  assertPolicies,
  assertText,
  isRecord,
  refuse,
} from "../checks/validate.ts"
import { assertOneAtATime, isInOrder, ON_RETRY, ORDERS } from "../job/concurrency.ts"
import { assertWeight } from "../job/fair-share.ts"
import type { EnqueueOptions } from "../job/job-options.ts"
import { assertTags } from "../job/option-values.ts"
import { assertParents, ON_PARENT_FAILURE } from "../job/parent-ids.ts"
import { assertRateLimit } from "../job/rate.ts"
import { assertUnique } from "../job/unique-rule.ts"

const OPTION_KEYS = [
  "queue",
  "priority",
  "maxAttempts",
  "timeout",
  "runAt",
  "delay",
  "expiresIn",
  "expiresAt",
  "unique",
  "uniqueKey",
  "idempotencyKey",
  "concurrencyKey",
  "concurrencyLimit",
  "concurrencyOrder",
  "concurrencyOnRetry",
  "rateKey",
  "rate",
  "fairKey",
  "fairWeight",
  "after",
  "onParentFailure",
  "tags",
  "metadata",
] satisfies readonly (keyof EnqueueOptions)[]

/** Checks the options of one job. Throws `InvalidInputError` with the path of the first invalid one. */
export function assertOptions(options: Omit<EnqueueOptions, "transaction" | "request">): void {
  if (!isRecord(options)) {
    refuse("invalid_option", options, ["options"], "an object")
  }
  assertKnownKeys(options, OPTION_KEYS, ["options"])
  assertPolicies(options, ["options"])
  if (options.unique !== undefined && options.uniqueKey !== undefined)
    refuse(
      "invalid_option",
      options.unique,
      ["options", "unique"],
      "unique with a key, or uniqueKey, not both",
    )
  assertUnique(options.unique, ["options", "unique"])
  assertText(options.uniqueKey, ["options", "uniqueKey"])
  assertText(options.idempotencyKey, ["options", "idempotencyKey"])
  assertText(options.concurrencyKey, ["options", "concurrencyKey"])
  assertInteger(options.concurrencyLimit, ["options", "concurrencyLimit"], 1, 1_000_000)
  if (isInOrder({ order: options.concurrencyOrder }))
    assertOneAtATime(options.concurrencyLimit, ["options", "concurrencyLimit"])
  assertOneOf(options.concurrencyOrder, ["options", "concurrencyOrder"], ORDERS)
  assertOneOf(options.concurrencyOnRetry, ["options", "concurrencyOnRetry"], ON_RETRY)
  assertText(options.rateKey, ["options", "rateKey"])
  assertRateLimit(options.rate, ["options", "rate"])
  assertText(options.fairKey, ["options", "fairKey"])
  assertWeight(options.fairWeight, ["options", "fairWeight"])
  assertParents(options.after, ["options", "after"])
  assertOneOf(options.onParentFailure, ["options", "onParentFailure"], ON_PARENT_FAILURE)
  if (options.runAt !== undefined && options.delay !== undefined) {
    refuse("invalid_option", options.delay, ["options", "delay"], "runAt or delay, not both")
  }
  if (options.expiresIn !== undefined && options.expiresAt !== undefined)
    refuse("invalid_option", options.expiresIn, ["options", "expiresIn"], "expiresAt or expiresIn, not both")
  assertTags(options.tags, ["options", "tags"])
  const { metadata } = options
  if (metadata !== undefined && !isRecord(metadata)) {
    refuse("invalid_option", metadata, ["options", "metadata"], "a JSON object")
  }
}
