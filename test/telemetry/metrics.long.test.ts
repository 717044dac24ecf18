import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { type Running, startSluice } from "../support/start.ts"

interface Metrics {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly [
      {
        readonly Namespace: string
        readonly Dimensions: readonly (readonly string[])[]
        readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[]
      },
    ]
  }
  readonly [name: string]: unknown
}

test("each invocation of the drain function emits its numbers in CloudWatch's embedded metric format", async () => {
  const database = await createDatabase()
  const runAt = new Date(Date.now() - 60_000)
  const sluice = createSluice({ database: database.pool })
  await sluice.enqueueMany([
    ...Array.from({ length: 150 }, () => ({ name: "noop", options: { runAt } })),
    { name: "webhook", payload: { url: "http://127.0.0.1:1/" }, options: { runAt } }, // a refused address
    { name: "nobody-knows", options: { runAt } },
  ])
  const running = await startSluice({
    DATABASE_URL: database.url,
    SLUICE_LOG: "json",
    SLUICE_SCHEDULE: "rate(1 hour)",
  })
  await eventually(() => expect(metricOf(running, "Succeeded")).toBeDefined())

  const drained = metricOf(running, "Succeeded") as Metrics
  expect(drained).toMatchObject({
    Claimed: 151,
    Succeeded: 150,
    Retried: 0,
    Discarded: 1,
    Snoozed: 0,
    Interrupted: 0,
    SlotsSaturated: 0,
    service: "sluice",
  })
  expect(unitsOf(drained)).toEqual({
    Claimed: "Count",
    Succeeded: "Count",
    Retried: "Count",
    Discarded: "Count",
    Canceled: "Count",
    Snoozed: "Count",
    Interrupted: "Count",
    SlotsSaturated: "Count",
  })

  const times = metricOf(running, "DueToStart") as Metrics
  expect(unitsOf(times)).toEqual({ DueToStart: "Milliseconds" })
  expect(times.DueToStart).toHaveLength(100)
  for (const value of times.DueToStart as number[]) {
    expect(value).toBeGreaterThanOrEqual(59_000)
    expect(value).toBeLessThan(180_000)
  }
  expect(unitsOf(metricOf(running, "Duration") as Metrics)).toEqual({ Duration: "Milliseconds" })

  const backlog = metricOf(running, "ReadyJobs") as Metrics
  expect(backlog.ReadyJobs).toBeLessThanOrEqual(152)
  expect(backlog.ReadyJobs).toBeGreaterThanOrEqual(1)
  expect(backlog.OldestReadyAge).toBeGreaterThanOrEqual(59)
  expect(unitsOf(backlog)).toEqual({ ReadyJobs: "Count", OldestReadyAge: "Seconds" })

  const failures = await eventually(() => {
    expect(metricOf(running, "Failures")).toBeDefined()
    return metricOf(running, "Failures") as Metrics
  })
  expect(failures).toMatchObject({ Failures: 1, service: "sluice", name: "webhook" })
  expect(failures._aws.CloudWatchMetrics[0].Dimensions).toEqual([["service", "name"]])
})

test("an invocation that finds no slot says so, and tells the backlog all the same", async () => {
  const database = await createDatabase()
  const sluice = createSluice({ database: database.pool })
  await sluice.enqueue("sleep", { ms: 30_000 })
  await sluice.enqueue("nobody-knows", {})
  const running = await startSluice({
    DATABASE_URL: database.url,
    SLUICE_LOG: "json",
    SLUICE_SCHEDULE: "rate(1 second)",
    SLUICE_MAX_DRAINERS: "1",
  })
  await eventually(() => {
    const saturated = metricsOf(running, "SlotsSaturated").filter((line) => line.SlotsSaturated === 1)
    expect(saturated[0]).toMatchObject({ Claimed: 0, service: "sluice" })
    expect(metricsOf(running, "ReadyJobs").at(-1)).toMatchObject({ ReadyJobs: 1 })
  }, 20_000)
})

function metricOf(running: Running, name: string): Metrics | undefined {
  return metricsOf(running, name)[0]
}

/** The lines of the drain function that have this metric. */
function metricsOf(running: Running, name: string): Metrics[] {
  return running.lines
    .filter((line) => line.startsWith('[drain] {"_aws"'))
    .map((line) => JSON.parse(line.slice("[drain] ".length)) as Metrics)
    .filter((line) => name in line)
}

function unitsOf(metrics: Metrics): Record<string, string> {
  const [directive] = metrics._aws.CloudWatchMetrics
  expect(directive.Namespace).toBe("Sluice")
  return Object.fromEntries(directive.Metrics.map(({ Name, Unit }) => [Name, Unit]))
}
