/** The namespace of the drain function's own metrics; their dimension `service` is its name. */
const NAMESPACE = "Sluice"

/** A metric as CloudWatch's dashboards name it. */
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
