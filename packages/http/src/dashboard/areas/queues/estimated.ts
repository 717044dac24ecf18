import type { QueueSnapshot } from "@sluice/core"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"

/** A count of a queue, and whether it is only an estimate. An estimate has two digits that mean something. */
export function estimated(
  { format, text }: View,
  queue: QueueSnapshot,
  state: "ready" | "scheduled" | "blocked",
): string {
  const count = queue[state]
  if (!queue.isEstimate || count === 0) return format.number(count)
  return fill(text.queues.estimate, { count: format.number(Number(count.toPrecision(2))) })
}
