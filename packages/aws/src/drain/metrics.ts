import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics"
import type { Backlog, DrainSummary, SettledExecution } from "@sluice/core"

/** Limit of values of one metric in one EMF line. Of more values a random sample of this size is published. */
const MAX_VALUES = 100
/** Limit of job names with a failure metric in one invocation, because AWS bills each name as a metric. */
const MAX_NAMES = 20
const OTHER_NAMES = "(others)"

/** Publishes a drain function's metrics as lines of CloudWatch's embedded metric format on the standard output. */
export interface DrainMetrics {
  publishBacklog(backlog: Backlog): void
  /** Starts the counts of one invocation. */
  begin(): InvocationMetrics
}

export interface InvocationMetrics {
  add(execution: SettledExecution): void
  /** Without a summary the drain failed, and only the executions settled before that are published. */
  publish(summary: DrainSummary | undefined): void
}

export function createMetrics(service: string): DrainMetrics {
  const metrics = new Metrics({ namespace: "Sluice", serviceName: service })
  return {
    publishBacklog({ ready, oldestReadyAgeMs }) {
      metrics.addMetric("ReadyJobs", MetricUnit.Count, ready)
      metrics.addMetric("OldestReadyAge", MetricUnit.Seconds, oldestReadyAgeMs / 1_000)
      metrics.publishStoredMetrics()
    },
    begin: () => beginInvocation(metrics),
  }
}

function beginInvocation(metrics: Metrics): InvocationMetrics {
  const dueToStartMs = createSample()
  const durationMs = createSample()
  const failures = new Map<string, number>()
  return {
    add(execution) {
      dueToStartMs.add(execution.dueToStartMs)
      durationMs.add(execution.durationMs)
      if (execution.outcome === "retried" || execution.outcome === "discarded") countFailure(execution.name)
    },
    publish(summary) {
      for (const value of dueToStartMs.values) metrics.addMetric("DueToStart", MetricUnit.Milliseconds, value)
      for (const value of durationMs.values) metrics.addMetric("Duration", MetricUnit.Milliseconds, value)
      const counts = summary ? countsOf(summary) : {}
      for (const [name, count] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, count)
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics()
      for (const [name, count] of failures)
        metrics.singleMetric().addDimension("name", name).addMetric("Failures", MetricUnit.Count, count)
    },
  }

  function countFailure(name: string): void {
    const key = failures.has(name) || failures.size < MAX_NAMES ? name : OTHER_NAMES
    failures.set(key, (failures.get(key) ?? 0) + 1)
  }
}

function countsOf(summary: DrainSummary): Record<string, number> {
  return {
    Claimed: summary.claimed,
    Succeeded: summary.succeeded,
    Retried: summary.retried,
    Discarded: summary.discarded,
    Canceled: summary.canceled,
    Snoozed: summary.snoozed,
    Interrupted: summary.interrupted,
    SlotsSaturated: summary.slot === undefined ? 1 : 0,
  }
}

/** A uniform random sample of any number of values (reservoir sampling). */
function createSample() {
  const values: number[] = []
  let seen = 0
  return {
    values,
    add(value: number) {
      const index = seen < MAX_VALUES ? seen : Math.floor(Math.random() * (seen + 1))
      seen++
      if (index < MAX_VALUES) values[index] = Math.max(0, Math.round(value))
    },
  }
}
