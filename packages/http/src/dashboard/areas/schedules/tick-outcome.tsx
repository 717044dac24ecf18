import type { ScheduleRun } from "@sluice/core"
import { Icon, type IconName } from "../../components/icon.tsx"
import type { View } from "../../page.ts"

/** By shape and color, it looks like the state of a job that means nearly the same. */
const LOOKS = {
  enqueued: "ready",
  deduplicated: "blocked",
  skipped: "canceled",
  missed: "canceled",
  failed: "discarded",
} as const satisfies Record<ScheduleRun["outcome"], IconName>

/** What became of a tick, by color, shape and word. */
export function TickOutcome({ view, outcome }: { view: View; outcome: ScheduleRun["outcome"] }) {
  const { outcomes, outcomeHints } = view.text.schedules
  return (
    <span class={`state state-${LOOKS[outcome]}`} title={outcomeHints[outcome]}>
      <Icon name={LOOKS[outcome]} size={12} />
      {outcomes[outcome]}
    </span>
  )
}
