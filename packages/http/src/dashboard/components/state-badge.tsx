import type { JobState } from "@sluice/core"

/** A job's state, by color, shape and word. */
export function StateBadge({ state }: { state: JobState }) {
  return <span class={`state state-${state}`}>{state}</span>
}
