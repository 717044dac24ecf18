import {
  type Attributes,
  context,
  type Link,
  metrics,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api"
import type { Carrier } from "../job/carrier.ts"
import type { Outcome, SettledExecution } from "../job/outcome.ts"
import type { Instrumentation } from "./instrumentation.ts"

/**
 * Creates spans that follow OpenTelemetry's semantic conventions for messaging: `send {job name}` around each call that
 * enqueues, `process {job name}` around each execution, in its own trace with a link to the span that enqueued the job. Measures
 * how many jobs are sent, how long executions take, and how long jobs have waited for them.
 * Uses the SDKs and the propagator that the app has registered. Without them it does nothing.
 */
export function openTelemetry(): Instrumentation {
  const tracer = trace.getTracer("@sluice/core")
  let created: Instruments | undefined
  const instruments = () => (created ??= createInstruments()) // those of before the app has registered its SDK measure nothing
  return {
    enqueue(names, store) {
      const attributes = sendAttributes(names)
      const options = { kind: SpanKind.PRODUCER, attributes }
      return tracer.startActiveSpan(spanName("send", attributes), options, async (span) => {
        const carrier: Record<string, string> = {}
        propagation.inject(context.active(), carrier)
        return store(carrier)
          .then((stored) => {
            instruments().countSent(names)
            return stored
          })
          .catch((error) => {
            recordFailure(span, error)
            throw error
          })
          .finally(() => span.end())
      })
    },
    perform({ id, name, queue, attempt, carrier }, work) {
      const attributes = {
        ...destination("process", name),
        "messaging.message.id": id,
        "sluice.queue": queue,
        "sluice.attempt": attempt,
      }
      const options = { kind: SpanKind.CONSUMER, root: true, attributes, links: linksTo(carrier) }
      return tracer.startActiveSpan(spanName("process", attributes), options, async (span) => {
        const outcome = await work(logDetails(span.spanContext()))
        describeOutcome(span, outcome)
        span.end()
        return outcome
      })
    },
    settled: (execution) => instruments().measure(execution),
  }
}

/** Seconds, as the conventions advise them for messaging, and up to an hour. */
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600]

type Instruments = ReturnType<typeof createInstruments>

function createInstruments() {
  const meter = metrics.getMeter("@sluice/core")
  const advice = { explicitBucketBoundaries: BOUNDARIES }
  const sent = meter.createCounter("messaging.client.sent.messages", {
    description: "Jobs that were enqueued",
    unit: "{message}",
  })
  const run = meter.createHistogram("messaging.process.duration", {
    description: "How long executions took",
    unit: "s",
    advice,
  })
  const wait = meter.createHistogram("sluice.job.wait", {
    description: "From when jobs were due to the start of their execution",
    unit: "s",
    advice,
  })
  return {
    countSent(names: readonly string[]): void {
      for (const name of names) sent.add(1, destination("send", name))
    },
    measure({ name, queue, outcome, durationMs, dueToStartMs }: SettledExecution): void {
      const attributes = { ...destination("process", name), "sluice.queue": queue, "sluice.outcome": outcome }
      run.record(durationMs / 1_000, attributes)
      wait.record(Math.max(0, dueToStartMs) / 1_000, attributes)
    },
  }
}

function sendAttributes(names: readonly string[]): Attributes {
  const [name, ...others] = new Set(names)
  return {
    ...destination("send", others.length === 0 ? name : undefined),
    ...(names.length > 1 && { "messaging.batch.message_count": names.length }),
  }
}

/** A drainer claims jobs by name, so the job's name is the destination. The queue is an attribute. */
function destination(operation: "send" | "process", name: string | undefined): Attributes {
  return {
    "messaging.system": "sluice",
    "messaging.operation.name": operation,
    "messaging.operation.type": operation,
    ...(name !== undefined && { "messaging.destination.name": name }),
  }
}

function spanName(operation: string, attributes: Attributes): string {
  return [operation, attributes["messaging.destination.name"]].filter(Boolean).join(" ")
}

function linksTo(carrier: Carrier | null): Link[] {
  const spanContext = carrier && trace.getSpanContext(propagation.extract(ROOT_CONTEXT, carrier))
  return spanContext ? [{ context: spanContext }] : []
}

function logDetails({ traceId, spanId }: SpanContext): Record<string, unknown> | undefined {
  return trace.isSpanContextValid({ traceId, spanId, traceFlags: 0 }) ? { traceId, spanId } : undefined
}

/** Only outcomes with an error are failures, and not those of canceled jobs. A job that is snoozed has none. */
function describeOutcome(span: Span, outcome: Outcome): void {
  span.setAttribute("sluice.outcome", outcome.kind)
  if ("error" in outcome && outcome.kind !== "canceled") recordFailure(span, outcome.error)
}

function recordFailure(span: Span, thrown: unknown): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  span.recordException(error)
  span.setAttribute("error.type", error.name)
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
}
