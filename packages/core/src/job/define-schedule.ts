import { assertCron } from "../checks/cron.ts"
import { boundedMs } from "../checks/duration.ts"
import {
  assertKnownKeys,
  assertName,
  assertOneOf,
  assertPeriod,
  isRecord,
  refuse,
} from "../checks/validate.ts"
import type { AnyJobDefinition, InputOf } from "./define-job.ts"
import { instantsToText, type ScheduleTiming } from "./schedule-settings.ts"

/** A recurring job, next to the job itself. */
export type ScheduleOptions<Job extends AnyJobDefinition> = ScheduleTiming & {
  readonly job: Job
} & PayloadOf<InputOf<Job>>

/** The payload of each job; `{}` if it is left out. The tick is in `context.schedule`. */
type PayloadOf<Input> =
  Record<never, never> extends Input ? { readonly payload?: Input } : { readonly payload: Input }

/** A schedule, returned by {@link defineSchedule}, for `schedules` of `migrate` and `createSluice`. */
export interface ScheduleDefinition {
  readonly key: string
  readonly job: AnyJobDefinition
  /** As the database takes them. */
  readonly settings: Readonly<Record<string, unknown>>
}

const KEYS = [
  "job",
  "cron",
  "every",
  "timeZone",
  "payload",
  "options",
  "jitter",
  "startsAt",
  "endsAt",
  "catchUp",
  "overlap",
  "enabled",
]

const CATCH_UP = ["skip", "once", "all"]
const OVERLAP = ["allow", "skip", "queue", "cancel"]
const SHORTEST_MS = 1_000
const A_DAY_MS = 86_400_000
const A_CENTURY_MS = 36_525 * A_DAY_MS

/**
 * Defines a schedule: a job that is enqueued again and again. It takes effect when it is passed to `migrate`, or to the
 * `createSluice` of a drainer, and is removed by the next `migrate` without it.
 *
 * @param key Identifies the schedule. Letters, digits, `.`, `_`, `-`, `/` and `:`, up to 128 characters.
 * @throws InvalidInputError Of a cron expression, the message names the character at which it is wrong.
 */
export function defineSchedule<Job extends AnyJobDefinition>(
  key: string,
  options: ScheduleOptions<Job>,
): ScheduleDefinition {
  assertName(key, ["schedule", "key"])
  assertKnownKeys(options, KEYS, ["schedule"])
  const { job, ...given } = options
  const settings = given as ScheduleTiming
  if (!isRecord(job) || typeof job.name !== "string")
    refuse("invalid_option", job, ["schedule", "job"], "a job definition")
  assertTiming(settings)
  return { key, job, settings: instantsToText(settings) }
}

function assertTiming({ cron, every, timeZone, jitter, catchUp, overlap, enabled }: ScheduleTiming): void {
  if ((cron === undefined) === (every === undefined))
    refuse("invalid_option", every, ["schedule", "every"], "cron or every, one of them")
  if (cron !== undefined) assertCron(cron)
  if (every !== undefined) boundedMs(every, ["schedule", "every"], SHORTEST_MS, A_CENTURY_MS)
  if (timeZone !== undefined && !isTimeZone(timeZone))
    refuse("invalid_option", timeZone, ["schedule", "timeZone"], 'a time zone such as "Europe/Berlin"')
  if (jitter !== undefined) boundedMs(jitter, ["schedule", "jitter"], 0, A_DAY_MS)
  assertOneOf(overlap, ["schedule", "overlap"], OVERLAP)
  assertCatchUp(catchUp)
  if (enabled !== undefined && typeof enabled !== "boolean")
    refuse("invalid_option", enabled, ["schedule", "enabled"], "true or false")
}

function assertCatchUp(catchUp: ScheduleTiming["catchUp"]): void {
  if (!isRecord(catchUp)) {
    assertOneOf(catchUp, ["schedule", "catchUp"], CATCH_UP)
    return
  }
  assertKnownKeys(catchUp, ["policy", "within"], ["schedule", "catchUp"])
  assertOneOf(catchUp.policy ?? null, ["schedule", "catchUp", "policy"], CATCH_UP)
  assertPeriod(catchUp.within, ["schedule", "catchUp", "within"])
}

/** Abbreviations, which have no changes of clocks, are refused, and offsets too. */
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
