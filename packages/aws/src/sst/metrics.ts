/** Where the drain function's own metrics are; `service` is its name. */
const NAMESPACE = "Sluice"

/** A place on the dashboard, or what an alarm looks at: [namespace, metric, dimension, value]. */
export type Metric = readonly [namespace: string, name: string, dimension: string, value: string]

export function queueMetric(
  name: "OldestReadyAge" | "ReadyJobs" | "Discarded" | "SlotsSaturated",
  drainName: string,
): Metric {
  return [NAMESPACE, name, "service", drainName]
}

export function lambdaMetric(
  name: "Errors" | "Throttles" | "Duration" | "ConcurrentExecutions",
  drainName: string,
): Metric {
  return ["AWS/Lambda", name, "FunctionName", drainName]
}
