import {
  anyObject,
  duration,
  type FieldsOf,
  integer,
  notBoth,
  notNull,
  object,
  text,
  yesOrNo,
} from "../checks/field.ts"
import { POLICIES } from "../checks/policies.ts"
import { assertInteger } from "../checks/validate.ts"
import { concurrencyLimit } from "../job/concurrency.ts"
import { instant, tags } from "../job/option-values.ts"
import { RATE_LIMIT } from "../job/rate.ts"
import type { RetryOptions } from "./jobs.ts"
import type { LimitOverride } from "./limit-overrides.ts"
import type { PauseOptions } from "./pauses.ts"
import type { JobChanges } from "./update.ts"
import type { WaitingLimits } from "./waiting-limits.ts"
import type { CompleteWaitOptions } from "./waits.ts"

const { queue, priority } = POLICIES

export const JOB_CHANGES = object(
  {
    runAt: instant,
    delay: duration,
    priority,
    queue,
    payload: notNull,
    tags,
    metadata: anyObject,
  } satisfies FieldsOf<JobChanges>,
  notBoth("runAt", "delay"),
)

export const RETRY = object({ retriedBy: text() } satisfies FieldsOf<RetryOptions>)

export const PAUSE = object(
  { until: instant, for: duration } satisfies FieldsOf<PauseOptions>,
  notBoth("until", "for"),
)

export const WAITING_LIMITS = object({ waiting: integer(1, 1_000_000) } satisfies FieldsOf<WaitingLimits>)

export const LIMIT_OVERRIDE = object({ limit: concurrencyLimit } satisfies FieldsOf<LimitOverride>)

/** Errors name the field that is wrong, where a rate of an enqueue is refused as a whole. */
export const RATE_OVERRIDE = object(RATE_LIMIT, {
  assert: ({ limit, burst }) => assertInteger(burst, ["burst"], 1, limit as number),
})

export const COMPLETE_WAIT = object({ early: yesOrNo } satisfies FieldsOf<CompleteWaitOptions>)
