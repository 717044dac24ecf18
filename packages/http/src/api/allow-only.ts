import type { MiddlewareHandler } from "hono"
import { refuse, truncate } from "../messages/problem.ts"

/** For a route's other methods: 405. */
export function allowOnly(methods: string): MiddlewareHandler {
  return (context) =>
    refuse({
      status: 405,
      code: "method_not_allowed",
      detail: `${truncate(context.req.path)} does not allow ${context.req.method}; use ${methods}`,
      headers: { allow: methods },
    })
}
