import type { JobState } from "@sluice/core"
import type { View } from "../page.ts"
import { Icon } from "./icon.tsx"

/** A job's state, by color, shape and word. */
export function StateBadge({ view, state }: { view: View; state: JobState }) {
  return (
    <span class={`state state-${state}`}>
      <Icon name={state} size={12} />
      {view.text.states[state]}
    </span>
  )
}
