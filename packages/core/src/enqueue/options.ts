import {
  anyObject,
  duration,
  type Fields,
  type FieldsOf,
  notBoth,
  object,
  oneOrSome,
  type Rule,
  refused,
  text,
} from "../checks/field.ts"
import { POLICIES } from "../checks/policies.ts"
import {
  assertOneAtATime,
  concurrencyLimit,
  concurrencyOnRetry,
  concurrencyOrder,
  isInOrder,
} from "../job/concurrency.ts"
import { fairWeight } from "../job/fair-share.ts"
import type { EnqueueOptions } from "../job/job-options.ts"
import { instant, tags } from "../job/option-values.ts"
import { MOST_PARENTS, onParentFailure, parents } from "../job/parent-ids.ts"
import { rateLimit } from "../job/rate.ts"
import { uniqueness } from "../job/unique-rule.ts"

/** The options of one job, as those who call from outside the process may give them. */
export const OPTIONS = {
  ...POLICIES,
  runAt: instant,
  delay: duration,
  expiresAt: instant,
  unique: uniqueness,
  uniqueKey: text(),
  idempotencyKey: text(),
  concurrencyKey: text(),
  concurrencyLimit,
  concurrencyOrder,
  concurrencyOnRetry,
  rateKey: text(),
  rate: rateLimit,
  fairKey: text(),
  fairWeight,
  after: parents,
  onParentFailure,
  tags,
  metadata: anyObject,
} satisfies FieldsOf<Omit<EnqueueOptions, "transaction" | "request">>

const ONE_AT_A_TIME: Rule = {
  assert({ concurrencyOrder: order, concurrencyLimit: limit }, path) {
    if (isInOrder({ order } as never)) assertOneAtATime(limit as number, [...path, "concurrencyLimit"])
  },
}

const ONE_UNIQUENESS = notBoth("uniqueKey", "unique", "unique with a key, or uniqueKey, not both")

/** Options of one job, with these fields: those of `OPTIONS`, and others in place of some. */
function optionsOf<const Of extends Fields>(fields: Of, ...rules: readonly Rule[]) {
  const times = [notBoth("runAt", "delay"), notBoth("expiresAt", "expiresIn")]
  return object(fields, ONE_AT_A_TIME, ...times, ...rules)
}

export const enqueueOptions = optionsOf(OPTIONS, ONE_UNIQUENESS)

/** Those of a job of a workflow, whose steps are named by it. */
export const stepOptions = optionsOf(
  { ...OPTIONS, after: oneOrSome(text(128), 0, MOST_PARENTS) },
  ONE_UNIQUENESS,
)

const noKey = refused("no key: a batch enqueues its callbacks once")

/** Those of a job that a batch enqueues when it ends. */
export const callbackOptions = optionsOf({
  ...OPTIONS,
  unique: noKey,
  uniqueKey: noKey,
  idempotencyKey: noKey,
  after: refused("nothing: a batch's callbacks run after its jobs"),
})

/** Checks the options of one job. Throws `InvalidInputError` with the path of the first invalid one. */
export function assertOptions(options: Omit<EnqueueOptions, "transaction" | "request">): void {
  enqueueOptions.assert(options, ["options"])
}
