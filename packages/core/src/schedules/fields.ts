import { integer, name, object, text, textLike } from "../checks/field.ts"
import type { Path } from "../checks/validate.ts"
import { SCHEDULE } from "../job/schedule-fields.ts"
import type { ScheduleTiming } from "../job/schedule-settings.ts"

/** What a schedule that isn't defined in code enqueues, and when. */
export type ScheduleSettings = ScheduleTiming & {
  /** The name of its jobs. */
  readonly name: string
  /** The payload of each job. Default `{}`. */
  readonly payload?: unknown
}

/** The options of its jobs are checked by the database. */
export function assertSchedule(settings: unknown, path: Path): asserts settings is ScheduleSettings {
  SCHEDULE.assert(settings, path)
}

export const LIST_SCHEDULES = object({
  after: text(),
  limit: integer(1, 1_000),
  name,
  queue: name,
})

export const LIST_TICKS = object({
  limit: integer(1, 100),
  after: textLike(/^[0-9]{1,17}$/, "the last `next`"),
})
