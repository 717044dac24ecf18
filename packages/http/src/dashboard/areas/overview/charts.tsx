import { Chart } from "../../components/chart.tsx"
import { Panel } from "../../components/page-header.tsx"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"
import type { OverviewData } from "./data.ts"

const PERCENTILES = ["p50", "p95", "p99"] as const

/** How much was done, how much of it failed, and how long jobs had waited for it; with marks where a new version began to drain. */
export function Charts({ view, data }: { view: View; data: OverviewData }) {
  const { overview, states } = view.text
  const { points, total } = data.throughput
  const at = points.map((point) => point.at)
  const marks = data.deployments.map((deployment) => ({
    at: deployment.at,
    label: fill(overview.deployed, { version: deployment.version }),
  }))
  const failedOf = (point: (typeof points)[number]) => point.retried + point.discarded + point.interrupted
  return (
    <div class="grid">
      <Panel
        title={overview.throughput}
        id="throughput"
        actions={
          total.failureRate !== null && (
            <span class="muted">{`${overview.failureRate}: ${view.format.percent(total.failureRate)}`}</span>
          )
        }
      >
        <Chart
          view={view}
          id="throughput-chart"
          title={overview.throughput}
          at={at}
          series={[
            { label: states.succeeded, values: points.map(({ succeeded }) => succeeded) },
            { label: overview.failed, values: points.map(failedOf) },
          ]}
          marks={marks}
        />
      </Panel>
      <Panel title={overview.waitChart} id="wait">
        <Chart
          view={view}
          id="wait-chart"
          title={overview.wait}
          at={at}
          unit="ms"
          kind="lines"
          series={PERCENTILES.map((percentile) => ({
            label: view.text.names[percentile],
            values: points.map(({ waitMs }) => waitMs[percentile]),
          }))}
          marks={marks}
        />
      </Panel>
    </div>
  )
}
