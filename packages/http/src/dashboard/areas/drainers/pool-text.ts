import type { DrainerSnapshot } from "@sluice/core"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"

/** What a drainer's pool serves. */
export function poolText(
  { text, format }: View,
  { queues, except, onlyNames }: Pick<DrainerSnapshot, "queues" | "except" | "onlyNames">,
): string {
  const { everyQueue, exceptQueues, onlyNames: only } = text.drainers
  const served = queues ? format.list(queues) : except && fill(exceptQueues, { queues: format.list(except) })
  return [served ?? everyQueue, onlyNames && fill(only, { names: format.list(onlyNames) })]
    .filter((part) => part !== null)
    .join(", ")
}
