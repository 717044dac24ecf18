import { LONGEST_MS } from "../checks/duration.ts"
import {
  anyObject,
  durationFrom,
  type Field,
  field,
  name,
  notNull,
  object,
  oneOf,
  period,
  type Rule,
  required,
  textOf,
  yesOrNo,
} from "../checks/field.ts"
import { isRecord, refuse } from "../checks/validate.ts"
import { instant } from "./option-values.ts"
import type { ScheduleTiming } from "./schedule-settings.ts"

const A_SECOND_MS = 1_000
const A_DAY_MS = 86_400_000

const policy = oneOf(["skip", "once", "all"])
const policyWithin = object({ policy: required(policy), within: period() })

const catchUp: Field<NonNullable<ScheduleTiming["catchUp"]>, false> = {
  schema: {},
  anyOf: [policy, policyWithin],
  isRequired: false,
  assert: (value, path) => (isRecord(value) ? policyWithin : policy).assert(value, path),
}

/** Abbreviations, which have no changes of clocks, are refused, and offsets too. */
const timeZone = field<string>(
  { type: "string", format: "time-zone", examples: ["Europe/Berlin"] },
  isTimeZone,
  'a time zone of the IANA database, such as "Europe/Berlin"',
)

/** When a schedule has ticks. What a cron expression may be, `assertCron` checks, and the database. */
export const SCHEDULE_TIMING = {
  cron: textOf("cron", 'a cron expression such as "0 3 * * *"'),
  every: durationFrom(A_SECOND_MS, LONGEST_MS),
  timeZone,
  options: anyObject,
  jitter: durationFrom(0, A_DAY_MS),
  startsAt: instant,
  endsAt: instant,
  catchUp,
  overlap: oneOf(["allow", "skip", "queue", "cancel"]),
  enabled: yesOrNo,
} satisfies Readonly<Record<keyof ScheduleTiming, Field>>

export const ONE_TIMING: Rule = {
  schema: { oneOf: [{ required: ["cron"] }, { required: ["every"] }] },
  assert({ cron, every }, path) {
    if (cron === undefined && every === undefined)
      refuse("invalid_option", undefined, [...path, "cron"], "cron or every")
    if (cron !== undefined && every !== undefined)
      refuse("invalid_option", every, [...path, "every"], "cron or every, not both")
  },
}

/** A schedule that isn't defined in code. */
export const SCHEDULE = object({ name: required(name), payload: notNull, ...SCHEDULE_TIMING }, ONE_TIMING)

function isTimeZone(name: unknown): boolean {
  if (
    typeof name !== "string" ||
    !/^(UTC|GMT|Etc\/GMT[+-]\d{1,2}|[A-Za-z_]+(\/[A-Za-z_-]+){1,2})$/.test(name)
  )
    return false
  try {
    new Intl.DateTimeFormat("en", { timeZone: name })
    return true
  } catch {
    return false
  }
}
