import type { DrainerSnapshot } from "@sluice/core"
import { Icon, type IconName } from "../../components/icon.tsx"
import type { View } from "../../page.ts"

/** By shape and color, it looks like the state of a job that means nearly the same. */
const LOOKS = {
  working: "running",
  lingering: "waiting",
  closed: "succeeded",
  died: "discarded",
} as const satisfies Record<DrainerSnapshot["state"], IconName>

/** A drainer's state, by color, shape and word. */
export function DrainerState({ view, state }: { view: View; state: DrainerSnapshot["state"] }) {
  const { states, stateHints } = view.text.drainers
  return (
    <span class={`state state-${LOOKS[state]}`} title={stateHints[state]}>
      <Icon name={LOOKS[state]} size={12} />
      {states[state]}
    </span>
  )
}
