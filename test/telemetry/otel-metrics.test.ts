import { type Attributes, metrics } from "@opentelemetry/api"
import { createSluice, defineJob, drain } from "@sluice/core"
import { openTelemetry } from "@sluice/core/opentelemetry"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const jobs = [
  defineJob({ name: "noop", perform() {} }),
  defineJob({
    name: "fails",
    perform() {
      throw new Error("once")
    },
  }),
]
// created before the app has registered its SDK, as where modules are imported in this order
const sluice = createSluice({ database: database.pool, jobs, instrumentation: openTelemetry() })

interface Recorded {
  readonly instrument: string
  readonly value: number
  readonly attributes: Attributes
}

/** What an SDK would get. */
const recorded: Recorded[] = []
const instrument = (name: string) => {
  const record = (value: number, attributes: Attributes = {}) =>
    void recorded.push({ instrument: name, value, attributes })
  return { add: record, record }
}
metrics.setGlobalMeterProvider({
  getMeter: () => ({ createCounter: instrument, createHistogram: instrument }) as never,
})

test("jobs that are sent are counted, and executions are measured by name, queue and outcome", async () => {
  const runAt = new Date(Date.now() - 10_000)
  await sluice.enqueueMany([
    { name: "noop", options: { queue: "mail", runAt } },
    { name: "fails", options: { runAt } },
  ])
  await drain(sluice, { connect: database.connect })
  expect(of("messaging.client.sent.messages")).toEqual([
    { value: 1, attributes: sent("noop") },
    { value: 1, attributes: sent("fails") },
  ])
  const attributes = [
    { ...processed("noop"), "sluice.queue": "mail", "sluice.outcome": "succeeded" },
    { ...processed("fails"), "sluice.queue": "default", "sluice.outcome": "retried" },
  ]
  const run = of("messaging.process.duration")
  const wait = of("sluice.job.wait")
  for (const measured of [run, wait])
    expect(measured.map((one) => one.attributes)).toEqual(expect.arrayContaining(attributes))
  for (const { value } of run) expect(value).toBeLessThan(5)
  for (const { value } of wait) expect(value).toBeGreaterThan(9)
  for (const { value } of wait) expect(value).toBeLessThan(60)
})

test("what can't be enqueued isn't counted", async () => {
  recorded.length = 0
  const stale = createSluice({ database: database.pool, schema: "missing", instrumentation: openTelemetry() })
  await expect(stale.enqueue("noop", {})).rejects.toThrow()
  expect(recorded).toEqual([])
})

function of(name: string) {
  return recorded
    .filter(({ instrument }) => instrument === name)
    .map(({ value, attributes }) => ({ value, attributes }))
}

function sent(name: string) {
  return {
    "messaging.system": "sluice",
    "messaging.operation.name": "send",
    "messaging.operation.type": "send",
    "messaging.destination.name": name,
  }
}

function processed(name: string) {
  return {
    "messaging.system": "sluice",
    "messaging.operation.name": "process",
    "messaging.operation.type": "process",
    "messaging.destination.name": name,
  }
}
