import {
  type Attributes,
  context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api"
import type { Carrier } from "../job/carrier.ts"
import type { Outcome } from "../job/outcome.ts"
import type { Instrumentation } from "./instrumentation.ts"

/**
 * Creates spans that follow OpenTelemetry's semantic conventions for messaging: `send {job name}` around each call that
 * enqueues, `process {job name}` around each execution, in its own trace with a link to the span that enqueued the job.
 * Uses the SDK and propagator that the app has registered. Without them it does nothing.
 */
export function openTelemetry(): Instrumentation {
  const tracer = trace.getTracer("@sluice/core")
  return {
    enqueue(names, store) {
      const attributes = sendAttributes(names)
      const options = { kind: SpanKind.PRODUCER, attributes }
      return tracer.startActiveSpan(spanName("send", attributes), options, async (span) => {
        const carrier: Record<string, string> = {}
        propagation.inject(context.active(), carrier)
        return store(carrier)
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
