import type { ScheduleSnapshot } from "@sluice/core"
import { Icon, type IconName } from "../../components/icon.tsx"
import { PauseBadge } from "../../components/pause-form.tsx"
import type { View } from "../../page.ts"

/** Whether a schedule has ticks, by color, shape and word. */
export function ScheduleState({ view, schedule }: { view: View; schedule: ScheduleSnapshot }) {
  const { on, off, ended } = view.text.schedules
  const { enabled, paused, pausedUntil, next } = schedule
  if (!enabled) return <Badge icon="canceled" word={off} />
  if (paused) return <PauseBadge view={view} until={pausedUntil} />
  return next.length === 0 ? <Badge icon="succeeded" word={ended} /> : <Badge icon="running" word={on} />
}

function Badge({ icon, word }: { icon: IconName; word: string }) {
  return (
    <span class={`state state-${icon}`}>
      <Icon name={icon} size={12} />
      {word}
    </span>
  )
}
