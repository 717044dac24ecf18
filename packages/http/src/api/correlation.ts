import { randomUUID } from "node:crypto"
import { correlate } from "@sluice/core"
import type { MiddlewareHandler } from "hono"

/**
 * Runs the request under a correlation id, which its answer, its log, the jobs it enqueues and their logs have. It is
 * the request's `x-correlation-id`, if that is 1 to 128 visible ASCII characters, else the trace id of its
 * `traceparent`, else a new one: a request is worth more than its label.
 */
export function correlated(): MiddlewareHandler {
  return async (context, next) => {
    const correlationId =
      labelFrom(context.req.header("x-correlation-id")) ??
      traceIdFrom(context.req.header("traceparent")) ??
      randomUUID()
    await correlate(correlationId, next)
    context.header("x-correlation-id", correlationId)
  }
}

function labelFrom(header: string | undefined): string | undefined {
  return header?.match(/^[\x21-\x7e]{1,128}$/)?.[0]
}

/** W3C Trace Context: version, trace id, parent id, flags. */
function traceIdFrom(header: string | undefined): string | undefined {
  return header?.match(/^[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/)?.[1]
}
