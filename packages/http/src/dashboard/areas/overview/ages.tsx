import type { AgeRange } from "@sluice/core"
import { Count, Meter } from "../../components/numbers.tsx"
import { Panel } from "../../components/page-header.tsx"
import { Table } from "../../components/table.tsx"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"
import type { OverviewData } from "./data.ts"

const MOST_COUNTED = 10_000

/** How long ready jobs have been due, and when they will be done. */
export function Ages({ view, data }: { view: View; data: OverviewData }) {
  const { overview } = view.text
  const { ages, oldestReadyAgeMs } = data.overview
  const most = Math.max(...ages.map(({ jobs }) => jobs), 1)
  return (
    <Panel title={overview.ahead} id="ages">
      <p>{forecastText(view, data)}</p>
      {oldestReadyAgeMs > 0 && (
        <p class="muted">{fill(overview.oldest, { duration: view.format.duration(oldestReadyAgeMs) })}</p>
      )}
      <Table
        view={view}
        caption={overview.age}
        keepColumns
        rows={ages}
        rowId={({ upToMs }) => `age-${upToMs}`}
        columns={[
          { label: overview.ageRange, heading: true, cell: (range) => rangeText(view, range) },
          {
            label: overview.ageJobs,
            numeric: true,
            cell: ({ jobs }) => <Count view={view} value={jobs} capped={jobs === MOST_COUNTED} />,
          },
          {
            label: <span class="visually-hidden">{overview.age}</span>,
            phoneLabel: "",
            cell: (range) => (
              <Meter
                value={range.jobs}
                max={most}
                label={`${rangeText(view, range)}: ${view.format.number(range.jobs)}`}
              />
            ),
          },
        ]}
      />
    </Panel>
  )
}

function rangeText({ text: { overview }, format }: View, { upToMs }: AgeRange): string {
  return upToMs === null ? overview.longer : fill(overview.upTo, { duration: format.duration(upToMs) })
}

function forecastText(
  { text: { overview }, format }: View,
  { forecast, overview: now }: OverviewData,
): string {
  const { ready, endedPerMinute, enqueuedPerMinute, drainedAt } = forecast
  if (ready === 0) return now.counts.ready > 0 ? overview.unperformed : overview.drainedNow
  if (drainedAt === null && (endedPerMinute === null || enqueuedPerMinute === null))
    return overview.forecastUnknown
  const end = drainedAt ? fill(overview.drainedBy, { time: format.time(drainedAt) }) : overview.grows
  if (endedPerMinute === null || enqueuedPerMinute === null) return `${end}.`
  const pace = fill(overview.pace, {
    ended: format.number(Math.round(endedPerMinute)),
    enqueued: format.number(Math.round(enqueuedPerMinute)),
  })
  return `${end}. ${pace}.`
}
