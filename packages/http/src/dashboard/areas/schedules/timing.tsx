import { durationMs, type ScheduleSnapshot } from "@sluice/core"
import { cronInWords } from "../../languages/cron-words.ts"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"

/** When a schedule has ticks: its cron expression, also in words, with its time zone, or its interval. */
export function Timing({ view, schedule }: { view: View; schedule: ScheduleSnapshot }) {
  const { format, text, language } = view
  const { cron, every, timeZone } = schedule
  if (cron === null)
    return (
      <span>
        {every === null ? "–" : fill(text.schedules.every, { duration: format.duration(durationMs(every)) })}
      </span>
    )
  const [words, otherwise] = cronInWords(cron, language)
  return (
    <span class="timing">
      {words !== undefined && (
        <span>
          {otherwise === undefined ? words : fill(text.schedules.either, { one: words, other: otherwise })}
        </span>
      )}
      <span class={words === undefined ? "" : "muted"}>
        <code class="ltr">{cron}</code> <span class="ltr">({timeZone})</span>
      </span>
    </span>
  )
}
