import type { SluiceArgs } from "./args.ts"
import { lambdaMetric, type Metric, queueMetric } from "./metrics.ts"
import { physicalName } from "./names.ts"
import type { DrainFunction } from "./pools.ts"
import { transformed } from "./transform.ts"

/** A dashboard in CloudWatch: charts of the metrics that the alarms watch, and of those that explain them. */
export function createCharts(
  name: string,
  { charts: isWanted = true, transform }: SluiceArgs,
  drains: readonly [DrainFunction, ...DrainFunction[]],
  options: $util.ComponentResourceOptions,
) {
  if (!isWanted) return undefined
  const { region } = aws.getRegionOutput()
  const queue = (metric: Parameters<typeof queueMetric>[0]) => queueMetric(metric, drains[0].physicalName)
  const queues = (metric: Parameters<typeof queueMetric>[0]) =>
    drains.map(({ physicalName }) => queueMetric(metric, physicalName))
  const lambdas = (metric: Parameters<typeof lambdaMetric>[0]) =>
    drains.map(({ physicalName }) => lambdaMetric(metric, physicalName))
  const charts = [
    { title: "Ready jobs", stat: "Maximum", metrics: [queue("ReadyJobs")] },
    { title: "Age of the oldest ready job, in seconds", stat: "Maximum", metrics: [queue("OldestReadyAge")] },
    { title: "Discarded jobs", stat: "Sum", metrics: queues("Discarded") },
    {
      title: "Drains at work",
      stat: "Maximum",
      metrics: [...lambdas("ConcurrentExecutions"), ...queues("SlotsSaturated")],
    },
    {
      title: "Drain errors and throttles",
      stat: "Sum",
      metrics: [...lambdas("Errors"), ...lambdas("Throttles")],
    },
    { title: "Duration of a drain, in milliseconds", stat: "Average", metrics: lambdas("Duration") },
  ]
  const dashboardBody = region.apply((region) =>
    JSON.stringify({ widgets: charts.map((each) => widget(each, region)) }),
  )
  const own = { dashboardName: physicalName(name), dashboardBody }
  return new aws.cloudwatch.Dashboard(...transformed(transform?.charts, name, own, options))
}

function widget(properties: { title: string; stat: string; metrics: Metric[] }, region: string) {
  return { type: "metric", width: 12, height: 6, properties: { ...properties, region, period: 60 } }
}
