import { randomUUID } from "node:crypto"
import { correlate } from "@sluice/core"
import type { MiddlewareHandler } from "hono"

/**
 * Runs each request under a correlation id, which its response, its log lines, the jobs it enqueues and their logs carry.
 * It is the request's `x-correlation-id` if that is 1 to 128 visible ASCII characters, else the trace id of its
 * `traceparent`, else a new one. An invalid id never fails a request.
 */
export function correlateRequests(): MiddlewareHandler {
  return async (context, next) => {
    const correlationId =
      validId(context.req.header("x-correlation-id")) ??
      traceId(context.req.header("traceparent")) ??
      randomUUID()
    await correlate(correlationId, next)
    context.header("x-correlation-id", correlationId)
  }
}

function validId(header: string | undefined): string | undefined {
  return header?.match(/^[\x21-\x7e]{1,128}$/)?.[0]
}

/** W3C Trace Context: version, trace id, parent id, flags. */
function traceId(header: string | undefined): string | undefined {
  return header?.match(/^[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/)?.[1]
}
