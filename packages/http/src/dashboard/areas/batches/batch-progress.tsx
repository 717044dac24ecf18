import type { ListedBatch } from "@sluice/core"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"

const PARTS = ["succeeded", "discarded", "canceled"] as const

type Counts = Pick<ListedBatch, "total" | "pending" | (typeof PARTS)[number]>

/** How much of a batch has ended, and how, as a bar and as text. */
export function BatchProgress({ view, batch }: { view: View; batch: Counts }) {
  const { format, text } = view
  const { total, pending } = batch
  const ended = fill(text.batches.ofTotal, {
    done: format.number(total - pending),
    total: format.number(total),
  })
  return (
    <span class="batch-progress">
      <svg class="meter flip" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={ended}>
        {barsOf(batch).map(({ part, from, width }) => (
          <rect class={`part-${part}`} x={from} width={width} height="8" />
        ))}
      </svg>
      <span class="number">{ended}</span>
    </span>
  )
}

/** The color that a part has in the bar. */
export function PartKey({ part }: { part: (typeof PARTS)[number] }) {
  return (
    <svg class="part-key" viewBox="0 0 8 8" aria-hidden="true">
      <rect class={`part-${part}`} width="8" height="8" rx="2" />
    </svg>
  )
}

/** Where each part of the bar is, in percent. */
function barsOf(batch: Counts) {
  let from = 0
  return PARTS.map((part) => {
    const width = batch.total === 0 ? 0 : (batch[part] / batch.total) * 100
    const bar = { part, from: from.toFixed(2), width: width.toFixed(2) }
    from += width
    return bar
  }).filter(({ width }) => Number(width) > 0)
}
