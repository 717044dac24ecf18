import type { Duration } from "../checks/duration.ts"
import {
  duration,
  durationText,
  type Field,
  type FieldsOf,
  integer,
  list,
  name,
  object,
  oneOf,
  place,
  text,
  textLike,
} from "../checks/field.ts"
import type { ReadJobOptions } from "../job/job-snapshot.ts"
import { instant } from "../job/option-values.ts"
import type { CountJobsOptions } from "./count-jobs.ts"
import type { ListDefinitionsOptions } from "./definitions.ts"
import type { ListDrainersOptions } from "./drainers.ts"
import type { ErrorRange, ListErrorsOptions, ListFailuresOptions } from "./errors.ts"
import type { ExamineOptions } from "./findings/finding.ts"
import type { ListKeysOptions, ListRatesOptions } from "./keys.ts"
import type { ListJobsOptions } from "./list-jobs.ts"
import type { MeasuredOptions, SteppedOptions } from "./measured.ts"
import type { SampleQueuesOptions } from "./queues.ts"
import type { ListSeriesOptions } from "./series.ts"
import type { ListWaitsOptions } from "./waits.ts"

// What may be asked for of the lists, in core and by the API.

const limit = integer(1, 1_000)

const ofPage = { limit, after: place }

export const LIST_JOBS = ofPage satisfies FieldsOf<Omit<ListJobsOptions, "within">>
export const COUNT_JOBS = { limit: integer(1, 100_000) } satisfies FieldsOf<Omit<CountJobsOptions, "within">>
export const READ_JOB = object({ errorsFrom: integer(0, 1_000_000_000) } satisfies FieldsOf<ReadJobOptions>)

export const LIST_DEFINITIONS = object({
  after: name,
  limit,
  name,
  queue: name,
} satisfies FieldsOf<ListDefinitionsOptions>)

const state = oneOf(["alive", "ended"])
export const LIST_DRAINERS = object({ state, ...ofPage } satisfies FieldsOf<ListDrainersOptions>)
export const drainerId = integer(1, 2_147_483_647)

export const fingerprintField = textLike(/^[0-9a-z]{1,32}$/, "that of a group that listErrors returns")

export const ERROR_RANGE = object({ since: instant, until: instant } satisfies FieldsOf<ErrorRange>)

export const LIST_ERRORS = object({
  ...ERROR_RANGE.fields,
  name,
  order: oneOf(["newest", "most"]),
  limit: integer(1, 500),
} satisfies FieldsOf<ListErrorsOptions>)

export const LIST_FAILURES = object({
  ...ERROR_RANGE.fields,
  outcome: oneOf(["retried", "discarded", "snoozed", "interrupted"]),
  limit: integer(1, 10_000),
  after: place,
} satisfies FieldsOf<ListFailuresOptions>)

export const EXAMINE = object({ maxDrainers: integer(1, 100_000) } satisfies FieldsOf<ExamineOptions>)

export const LIST_KEYS = object({
  order: oneOf(["key", "waiting"]),
  keys: list(text(), 0, 100),
  after: text(),
  limit,
} satisfies FieldsOf<ListKeysOptions>)

export const LIST_RATES = object({ after: text(), limit } satisfies FieldsOf<ListRatesOptions>)

const range = { since: instant, until: instant }
export const MEASURED = object({ ...range, name, queue: name } satisfies FieldsOf<MeasuredOptions>)
export const STEPPED = object({
  ...MEASURED.fields,
  step: duration,
} satisfies FieldsOf<SteppedOptions>)
export const LIST_SERIES = object({
  ...range,
  step: duration,
  by: oneOf(["queue", "name"]),
} satisfies FieldsOf<ListSeriesOptions>)

/** A step as text. */
export const stepText: Field<Duration, false> = {
  ...duration,
  schema: { ...durationText, format: "step", examples: ["10m", "2h"] },
}

export const SAMPLE_QUEUES = object({ name, limit } satisfies FieldsOf<SampleQueuesOptions>)
export const LIST_WAITS = object(ofPage satisfies FieldsOf<ListWaitsOptions>)
