import type { Forecast, Health, ListedJob, QueueSnapshot, Sluice, Throughput } from "@sluice/core"

/** What `sluice top` shows at one moment. */
export interface Frame {
  readonly at: Date
  readonly health: Health
  readonly forecast: Forecast
  /** Jobs by state, as the queues have them. */
  readonly states: Readonly<Record<"ready" | "running" | "scheduled" | "blocked", number>>
  /** The last quarter of an hour, in minutes. */
  readonly throughput: Throughput
  /** Those with jobs, a pause or a limit. Counts of a large backlog are estimates, and so are `states` then. */
  readonly queues: readonly QueueSnapshot[]
  readonly running: readonly ListedJob[]
  /** The last jobs that were discarded. */
  readonly failures: readonly ListedJob[]
}

/** More don't fit on a terminal. */
const MOST_JOBS = 20
/** How far back the throughput is shown. */
export const MINUTES = 15

/** Reads it, one statement after the other: who looks at a queue that is in trouble must not add to it. */
export async function readFrame(sluice: Sluice): Promise<Frame> {
  const at = new Date()
  const since = new Date(at.getTime() - MINUTES * 60_000)
  const queues = (await sluice.sampleQueues()).filter(isInUse)
  return {
    at,
    health: await sluice.getHealth(),
    forecast: await sluice.getForecast(),
    states: statesOf(queues),
    throughput: await sluice.getThroughput({ since, until: at, step: "1m" }),
    queues,
    running: (await sluice.listJobs({ state: "running" }, { limit: MOST_JOBS })).jobs,
    failures: (await sluice.listJobs({ state: "discarded" }, { limit: MOST_JOBS })).jobs,
  }
}

function isInUse({ ready, running, scheduled, blocked, paused, waitingLimit }: QueueSnapshot): boolean {
  return ready + running + scheduled + blocked > 0 || paused || waitingLimit !== null
}

function statesOf(queues: readonly QueueSnapshot[]): Frame["states"] {
  const sum = (state: keyof Frame["states"]) => queues.reduce((total, queue) => total + queue[state], 0)
  return {
    ready: sum("ready"),
    running: sum("running"),
    scheduled: sum("scheduled"),
    blocked: sum("blocked"),
  }
}
