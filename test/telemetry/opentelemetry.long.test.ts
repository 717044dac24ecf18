import { fork } from "node:child_process"
import { once } from "node:events"
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api"
import { createSluice } from "@sluice/core"
import { openTelemetry } from "@sluice/core/opentelemetry"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import type { TracedDrain } from "./fixtures/traced-drain.ts"
import { type Span, setUpTracing } from "./fixtures/tracing.ts"

const database = await createDatabase()
const endedSpans = setUpTracing()
const sluice = createSluice({ database: database.pool, instrumentation: openTelemetry() })

beforeEach(async () => {
  await database.rows("delete from sluice.jobs")
  endedSpans()
})

test("the span of an execution links to the span that enqueued its job in another process", async () => {
  const { id } = await sluice.enqueue("traced", {})
  const send = named(endedSpans(), "send traced")
  expect(send).toMatchObject({
    kind: SpanKind.PRODUCER,
    attributes: {
      "messaging.system": "sluice",
      "messaging.operation.name": "send",
      "messaging.operation.type": "send",
      "messaging.destination.name": "traced",
    },
    status: { code: SpanStatusCode.UNSET },
  })

  const { spans, logged } = await drainElsewhere()
  const process = named(spans, "process traced")
  expect(process).toMatchObject({
    kind: SpanKind.CONSUMER,
    links: [{ traceId: send.traceId, spanId: send.spanId }],
    attributes: {
      "messaging.system": "sluice",
      "messaging.operation.name": "process",
      "messaging.operation.type": "process",
      "messaging.destination.name": "traced",
      "messaging.message.id": id,
      "sluice.queue": "default",
      "sluice.attempt": 1,
      "sluice.outcome": "succeeded",
    },
    status: { code: SpanStatusCode.UNSET },
  })
  expect(process.parentSpanId, "a trace of its own, also within a traced invocation").toBeUndefined()
  expect(logged).toEqual([
    expect.objectContaining({ jobId: id, traceId: process.traceId, spanId: process.spanId }),
  ])
})

test("what a job's own code traces is a child of its execution", async () => {
  await sluice.enqueue("traced", {})
  const { spans } = await drainElsewhere()
  const process = named(spans, "process traced")
  expect(named(spans, "inside")).toMatchObject({ traceId: process.traceId, parentSpanId: process.spanId })
})

test("the send span is a child of what the app was doing", async () => {
  await trace.getTracer("app").startActiveSpan("request", async (request) => {
    await sluice.enqueue("traced", {})
    request.end()
  })
  const spans = endedSpans()
  expect(named(spans, "send traced").parentSpanId).toBe(named(spans, "request").spanId)
})

test("jobs enqueued together share one send span, which says how many", async () => {
  await sluice.enqueueMany([{ name: "traced" }, { name: "traced" }, { name: "later" }])
  const sends = endedSpans()
  expect(sends).toHaveLength(1)
  const send = named(sends, "send")
  expect(send.attributes["messaging.batch.message_count"]).toBe(3)
  expect(send.attributes).not.toHaveProperty("messaging.destination.name")

  const { spans } = await drainElsewhere()
  const executions = spans.filter(({ kind }) => kind === SpanKind.CONSUMER)
  expect(executions.map(({ name }) => name).toSorted()).toEqual([
    "process later",
    "process traced",
    "process traced",
  ])
  for (const { links } of executions) expect(links).toEqual([{ traceId: send.traceId, spanId: send.spanId }])
})

test("a failed execution has the error on its span, and a snoozed one has none", async () => {
  await sluice.enqueue("fails", {})
  await sluice.enqueue("snoozes", {})
  const { spans } = await drainElsewhere()
  expect(named(spans, "process fails")).toMatchObject({
    status: { code: SpanStatusCode.ERROR, message: "too far" },
    attributes: { "error.type": "RangeError", "sluice.outcome": "retried" },
    events: ["exception"],
  })
  expect(named(spans, "process snoozes")).toMatchObject({
    status: { code: SpanStatusCode.UNSET },
    attributes: { "sluice.outcome": "snoozed" },
    events: [],
  })
})

test("an enqueue that fails has the error on its span, and the caller gets it as it was", async () => {
  const stale = createSluice({
    database: database.pool,
    schema: "missing",
    instrumentation: openTelemetry(),
  })
  const error = await stale.enqueue("traced", {}).catch((reason) => reason)
  expect(error).toMatchObject({ name: "SchemaError" })
  expect(named(endedSpans(), "send traced")).toMatchObject({
    status: { code: SpanStatusCode.ERROR, message: error.message },
    attributes: { "error.type": "SchemaError" },
  })
})

test("what a job enqueues is sent from within its execution", async () => {
  await sluice.enqueue("enqueues", {})
  const { spans } = await drainElsewhere()
  const process = named(spans, "process enqueues")
  expect(named(spans, "send later")).toMatchObject({
    traceId: process.traceId,
    parentSpanId: process.spanId,
  })
})

/** Drains in a process of its own. */
async function drainElsewhere(): Promise<TracedDrain> {
  const child = fork(new URL("./fixtures/traced-drain.ts", import.meta.url), [database.url])
  const [report] = await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => {
      throw new Error(`The drain ended with ${code} and no report`)
    }),
  ])
  return report
}

function named(spans: readonly Span[], name: string): Span {
  const found = spans.filter((span) => span.name === name)
  expect(found, `${name} among ${spans.map((span) => span.name)}`).toHaveLength(1)
  return found[0] as Span
}
