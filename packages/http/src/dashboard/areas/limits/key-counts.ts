import type { KeySnapshot } from "@sluice/core"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"

/** Where counts of a key's jobs stop. */
export const MOST_COUNTED = 1_000

/** How many jobs of a key run, of how many that may. */
export function runningText({ format, text }: View, key: KeySnapshot): string {
  const running = format.number(key.running)
  const limit = key.override ?? key.limit
  if (limit === null) return running
  const ofLimit = fill(text.limits.ofLimit, { running, limit: format.number(limit) })
  const isHeldDown = !key.paused && key.allowed !== null && key.allowed < limit
  return isHeldDown
    ? `${ofLimit}, ${fill(text.limits.allowed, { count: format.number(key.allowed ?? 0) })}`
    : ofLimit
}
