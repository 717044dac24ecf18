import type { Duration } from "../checks/duration.ts"
import {
  duration,
  durationText,
  type Field,
  integer,
  list,
  name,
  object,
  oneOf,
  place,
  text,
  textLike,
} from "../checks/field.ts"
import { instant } from "../job/option-values.ts"

// What may be asked for of the lists, in core and by the API.

const limit = integer(1, 1_000)

const ofPage = { limit, after: place }

export const LIST_JOBS = ofPage
export const COUNT_JOBS = { limit: integer(1, 100_000) }
export const READ_JOB = object({ errorsFrom: integer(0, 1_000_000_000) })

export const LIST_DEFINITIONS = object({
  after: name,
  limit,
  name,
  queue: name,
})

const state = oneOf(["alive", "ended"])
export const LIST_DRAINERS = object({ state, ...ofPage })
export const drainerId = integer(1, 2_147_483_647)

export const fingerprintField = textLike(/^[0-9a-z]{1,32}$/, "that of a group that listErrors returns")

const range = { since: instant, until: instant }
export const ERROR_RANGE = object(range)

export const LIST_ERRORS = object({
  ...range,
  name,
  order: oneOf(["newest", "most"]),
  limit: integer(1, 500),
})

export const LIST_FAILURES = object({
  ...range,
  outcome: oneOf(["retried", "discarded", "snoozed", "interrupted"]),
  limit: integer(1, 10_000),
  after: place,
})

export const EXAMINE = object({ maxDrainers: integer(1, 100_000) })

export const LIST_KEYS = object({
  order: oneOf(["key", "waiting"]),
  keys: list(text(), 0, 100),
  after: text(),
  limit,
})

export const LIST_RATES = object({ after: text(), limit })

export const MEASURED = object({ ...range, name, queue: name })
export const STEPPED = object({
  ...MEASURED.fields,
  step: duration,
})
export const LIST_SERIES = object({
  ...range,
  step: duration,
  by: oneOf(["queue", "name"]),
})

/** A step as text. */
export const stepText: Field<Duration, false> = {
  ...duration,
  schema: { ...durationText, format: "step", examples: ["10m", "2h"] },
}

export const SAMPLE_QUEUES = object({ name, limit })
export const LIST_WAITS = object(ofPage)
