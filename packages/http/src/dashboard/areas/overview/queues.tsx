import { Count } from "../../components/numbers.tsx"
import { Panel } from "../../components/page-header.tsx"
import { Sparkline } from "../../components/sparkline.tsx"
import { type Column, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"
import type { OverviewData } from "./data.ts"

interface Row {
  readonly name: string
  readonly executions: number
  readonly failures: number
  readonly trend: readonly number[]
  readonly ready: number
  readonly since: Date | null
}

const MOST_ROWS = 10
/** So many of the jobs that are next are looked at, of all queues together. */
const MOST_COUNTED = 10_000

/** The busiest queues: what was performed in the range, and what waits at the head of the queue. */
export function Queues({ view, data }: { view: View; data: OverviewData }) {
  const { overview, navigation } = view.text
  const rows = rowsOf(data)
  return (
    <Panel
      title={overview.queues}
      id="queues"
      actions={<a href={view.href("/queues")}>{navigation.queues}</a>}
    >
      {rows.length === 0 ? (
        <p class="muted">{overview.queuesNone}</p>
      ) : (
        <Table
          view={view}
          caption={overview.queues}
          columns={columnsOf(view, data.overview.counts.ready >= MOST_COUNTED)}
          rows={rows}
          rowId={({ name }) => name}
          rowHref={({ name }) => queueHref(view, name)}
        />
      )}
    </Panel>
  )
}

function rowsOf({ queues: { series }, overview: { queues } }: OverviewData): Row[] {
  const names = new Set([...series.map(({ of }) => of), ...queues.map(({ name }) => name)])
  const rows = [...names].map((name): Row => {
    const performed = series.find(({ of }) => of === name)
    const waiting = queues.find((queue) => queue.name === name)
    return {
      name,
      executions: sum(performed?.executions),
      failures: sum(performed?.failures),
      trend: performed?.executions ?? [],
      ready: waiting?.ready ?? 0,
      since: waiting?.since ?? null,
    }
  })
  return rows.sort((a, b) => b.ready - a.ready || b.executions - a.executions).slice(0, MOST_ROWS)
}

function sum(numbers: readonly number[] = []): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function queueHref(view: View, name: string): string {
  return view.href(`/queues/${encodeURIComponent(name)}`)
}

function columnsOf(view: View, isPart: boolean): Column<Row>[] {
  const { overview } = view.text
  return [
    { label: overview.queue, heading: true, cell: ({ name }) => <a href={queueHref(view, name)}>{name}</a> },
    {
      label: overview.ready,
      numeric: true,
      // `0+` would tell nothing
      cell: ({ ready }) =>
        isPart && ready === 0 ? "–" : <Count view={view} value={ready} capped={isPart} />,
    },
    { label: overview.since, cell: ({ since }) => <Time view={view} at={since} /> },
    {
      label: overview.lastHour,
      numeric: true,
      cell: ({ executions }) => <Count view={view} value={executions} />,
    },
    { label: overview.failed, numeric: true, cell: ({ failures }) => <Count view={view} value={failures} /> },
    {
      label: view.text.names.trend,
      cell: ({ name, trend }) => (
        <Sparkline values={trend} label={fill(overview.trendOf, { queue: name })} small />
      ),
    },
  ]
}
