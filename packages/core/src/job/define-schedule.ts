import { assertCron } from "../checks/cron.ts"
import { anyJson, object } from "../checks/field.ts"
import { assertName, isRecord, refuse } from "../checks/validate.ts"
import type { AnyJobDefinition, InputOf } from "./define-job.ts"
import { ONE_TIMING, SCHEDULE_TIMING } from "./schedule-fields.ts"
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

const SETTINGS = object({ job: anyJson, payload: anyJson, ...SCHEDULE_TIMING }, ONE_TIMING)

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
  SETTINGS.assert(options, ["schedule"])
  const { job, ...given } = options
  const settings = given as ScheduleTiming
  if (!isRecord(job) || typeof job.name !== "string")
    refuse("invalid_option", job, ["schedule", "job"], "a job definition")
  if (settings.cron !== undefined) assertCron(settings.cron)
  return { key, job, settings: instantsToText(settings) }
}
