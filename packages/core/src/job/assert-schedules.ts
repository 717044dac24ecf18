import { refuse } from "../checks/validate.ts"
import type { AnyJobDefinition } from "./define-job.ts"
import type { ScheduleDefinition } from "./define-schedule.ts"

/** Checks a list of schedules: each has a key of its own, and one of these jobs. */
export function assertSchedules(
  schedules: readonly ScheduleDefinition[] | undefined,
  jobs: readonly AnyJobDefinition[] | undefined,
  path: readonly string[],
): void {
  if (schedules === undefined) return
  if (!Array.isArray(schedules) || !schedules.every((schedule) => schedule?.settings && schedule.job))
    refuse("invalid_option", schedules, path, "a list of what defineSchedule returns")
  const keys = new Set<string>()
  for (const { key, job } of schedules as readonly ScheduleDefinition[]) {
    if (keys.has(key)) refuse("invalid_option", key, path, "each schedule a key of its own")
    keys.add(key)
    if (!jobs?.some(({ name }) => name === job.name))
      refuse("invalid_option", key, path, `schedules whose jobs are in jobs: "${job.name}" isn't`)
  }
}
