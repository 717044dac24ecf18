import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics"
import type { Backlog, DrainSummary, SettledExecution } from "@sluice/core"

/** Most values of one metric in one EMF line; of more, as many are drawn, each with the same chance. */
const MOST_VALUES = 100
/** Job names whose failures are told apart in one invocation; each name is a metric of its own, and is billed as one. */
const MOST_NAMES = 20
const OTHER_NAMES = "(others)"

/** The numbers of a drain function, in lines of CloudWatch's embedded metric format on the standard output. */
export interface DrainMetrics {
  publishBacklog(backlog: Backlog): void
  /** Begins to count for one invocation. */
  begin(): InvocationMetrics
}

export interface InvocationMetrics {
  add(execution: SettledExecution): void
  /** Without a summary the drain failed, and only what had been settled by then is told. */
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
      for (const [name, count] of Object.entries(summary ? countsOf(summary) : {}))
        metrics.addMetric(name, MetricUnit.Count, count)
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics()
      for (const [name, count] of failures)
        metrics.singleMetric().addDimension("name", name).addMetric("Failures", MetricUnit.Count, count)
    },
  }

  function countFailure(name: string): void {
    const counted = failures.has(name) || failures.size < MOST_NAMES ? name : OTHER_NAMES
    failures.set(counted, (failures.get(counted) ?? 0) + 1)
  }
}

function countsOf(summary: DrainSummary): Record<string, number> {
  return {
    Claimed: summary.claimed,
    Succeeded: summary.succeeded,
    Retried: summary.retried,
    Discarded: summary.discarded,
    Snoozed: summary.snoozed,
    Interrupted: summary.interrupted,
    SlotsSaturated: summary.slot === undefined ? 1 : 0,
  }
}

/** A fair sample of any number of values: reservoir sampling. */
function createSample() {
  const values: number[] = []
  let seen = 0
  return {
    values,
    add(value: number) {
      const place = seen < MOST_VALUES ? seen : Math.floor(Math.random() * (seen + 1))
      seen++
      if (place < MOST_VALUES) values[place] = Math.max(0, Math.round(value))
    },
  }
}
