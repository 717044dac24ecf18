import { durationMs, type ScheduleSnapshot } from "@sluice/core"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"

/** When a schedule has ticks: its cron expression with its time zone, or its interval. */
export function timingText({ format, text }: View, { cron, every, timeZone }: ScheduleSnapshot): string {
  if (cron !== null) return timeZone === "UTC" ? cron : `${cron} (${timeZone})`
  return every === null ? "–" : fill(text.schedules.every, { duration: format.duration(durationMs(every)) })
}
