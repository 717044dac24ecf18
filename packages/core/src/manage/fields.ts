import { anyObject, duration, integer, notBoth, notNull, object, text, yesOrNo } from "../checks/field.ts"
import { POLICIES } from "../checks/policies.ts"
import { assertInteger } from "../checks/validate.ts"
import { concurrencyLimit } from "../job/concurrency.ts"
import { instant, tags } from "../job/option-values.ts"
import { RATE_LIMIT } from "../job/rate.ts"

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
  },
  notBoth("runAt", "delay"),
)

export const RETRY = object({ retriedBy: text() })

export const PAUSE = object({ until: instant, for: duration }, notBoth("until", "for"))

export const WAITING_LIMITS = object({ waiting: integer(1, 1_000_000) })

export const LIMIT_OVERRIDE = object({ limit: concurrencyLimit })

/** Errors name the field that is wrong, where a rate of an enqueue is refused as a whole. */
export const RATE_OVERRIDE = object(RATE_LIMIT, {
  assert: ({ limit, burst }) => assertInteger(burst, ["burst"], 1, limit as number),
})

export const COMPLETE_WAIT = object({ early: yesOrNo })
