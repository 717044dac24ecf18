import type { Series } from "@sluice/core"
import { Sparkline } from "../../components/sparkline.tsx"
import type { View } from "../../page.ts"

/** How many jobs of a queue were performed in each step of the last hour. */
export function QueueSeries({ view, series }: { view: View; series: Series | undefined }) {
  if (!series) return <span class="muted">–</span>
  const text = view.text.queues
  const performed = view.format.counted(text.executions, sum(series.executions))
  const failures = sum(series.failures)
  return (
    <span class="sampled">
      <Sparkline values={series.executions} label={performed} small />
      <span>
        <span>{performed}</span>
        {failures > 0 && <span class="failures">{view.format.counted(text.failures, failures)}</span>}
      </span>
    </span>
  )
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
