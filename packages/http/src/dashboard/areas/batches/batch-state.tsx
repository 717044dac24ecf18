import type { BatchSnapshot } from "@sluice/core"
import { Icon, type IconName } from "../../components/icon.tsx"
import type { View } from "../../page.ts"

/** By shape and color, it looks like the state of a job that means nearly the same. */
const LOOKS = {
  open: "running",
  succeeded: "succeeded",
  failed: "discarded",
} as const satisfies Record<BatchSnapshot["state"], IconName>

/** A batch's state, by color, shape and word. */
export function BatchState({ view, state }: { view: View; state: BatchSnapshot["state"] }) {
  return (
    <span class={`state state-${LOOKS[state]}`}>
      <Icon name={LOOKS[state]} size={12} />
      {view.text.batches.states[state]}
    </span>
  )
}
