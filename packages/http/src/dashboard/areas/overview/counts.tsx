import type { JobState } from "@sluice/core"
import { Count } from "../../components/numbers.tsx"
import { Stat } from "../../components/page-header.tsx"
import type { RangeKey } from "../../components/range.tsx"
import type { View } from "../../page.ts"
import type { OverviewData } from "./data.ts"

/** Where counting stops. */
const MOST_COUNTED = 10_000
const UNFINISHED = ["ready", "running", "scheduled", "waiting", "blocked"] as const

/** Jobs that are unfinished now, and executions that ended in the range. */
export function Counts({ view, data, range }: { view: View; data: OverviewData; range: RangeKey }) {
  const { text } = view
  const { counts } = data.overview
  const { succeeded, discarded } = data.throughput.total
  const finishedIn = text.overview.finishedIn[range]
  return (
    <section class="stats states" aria-label={text.overview.states}>
      {UNFINISHED.map((state) => (
        <Stat
          label={text.states[state]}
          value={<Count view={view} value={counts[state]} capped={counts[state] === MOST_COUNTED} />}
          hint={text.overview.now}
          href={jobsHref(view, state)}
        />
      ))}
      <Stat
        label={text.states.succeeded}
        value={<Count view={view} value={succeeded} />}
        hint={finishedIn}
        href={jobsHref(view, "succeeded")}
      />
      <Stat
        label={text.states.discarded}
        value={<Count view={view} value={discarded} />}
        hint={finishedIn}
        href={jobsHref(view, "discarded")}
      />
    </section>
  )
}

function jobsHref(view: View, state: JobState): string {
  return view.href("/jobs", { state })
}
