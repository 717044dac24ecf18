import type { SluiceArgs } from "./args.ts"
import { lambdaMetric, type Metric, queueMetric } from "./metrics.ts"
import { physicalName } from "./names.ts"
import { transformed } from "./transform.ts"

/** Charts of the metrics that the alarms watch, and of those that explain them. */
export function createDashboard(
  name: string,
  { dashboard = true, transform }: SluiceArgs,
  drainName: string,
  options: $util.ComponentResourceOptions,
) {
  if (!dashboard) return undefined
  const { region } = aws.getRegionOutput()
  const queue = (metric: Parameters<typeof queueMetric>[0]) => queueMetric(metric, drainName)
  const lambda = (metric: Parameters<typeof lambdaMetric>[0]) => lambdaMetric(metric, drainName)
  const charts = [
    { title: "Ready jobs", stat: "Maximum", metrics: [queue("ReadyJobs")] },
    { title: "Age of the oldest ready job, in seconds", stat: "Maximum", metrics: [queue("OldestReadyAge")] },
    { title: "Discarded jobs", stat: "Sum", metrics: [queue("Discarded")] },
    {
      title: "Drains at work",
      stat: "Maximum",
      metrics: [lambda("ConcurrentExecutions"), queue("SlotsSaturated")],
    },
    { title: "Drain errors and throttles", stat: "Sum", metrics: [lambda("Errors"), lambda("Throttles")] },
    { title: "Duration of a drain, in milliseconds", stat: "Average", metrics: [lambda("Duration")] },
  ]
  const dashboardBody = region.apply((region) =>
    JSON.stringify({ widgets: charts.map((each) => widget(each, region)) }),
  )
  const own = { dashboardName: physicalName(name), dashboardBody }
  return new aws.cloudwatch.Dashboard(...transformed(transform?.dashboard, name, own, options))
}

function widget(properties: { title: string; stat: string; metrics: Metric[] }, region: string) {
  return { type: "metric", width: 12, height: 6, properties: { ...properties, region, period: 60 } }
}
