import { truncate } from "@sluice/core/checks"
import type { MiddlewareHandler } from "hono"
import { refuse } from "../messages/problem.ts"

const ORDER = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

/** For a path's other methods: 405. OPTIONS is answered with the methods. */
export function allowOnly(methods: readonly string[]): MiddlewareHandler {
  const all = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"]
  const allow = ORDER.filter((method) => all.includes(method)).join(", ")
  return async (context) => {
    if (context.req.method === "OPTIONS") return context.body(null, 204, { allow })
    return refuse({
      status: 405,
      code: "method_not_allowed",
      detail: `${truncate(context.req.path)} does not allow ${context.req.method}; use ${allow}`,
      headers: { allow },
    })
  }
}
