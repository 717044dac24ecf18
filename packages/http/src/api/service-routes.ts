import { textOf } from "@sluice/core/fields"
import { refuse } from "../messages/problem.ts"
import { isDeep } from "./authorize-deep.ts"
import { createDatabaseProbe } from "./health.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const health = operation({
  method: "GET",
  path: "/health",
  role: null,
  query: { deep: textOf("any", "anything") },
  ignoresOthers: true,
})

export const openapi = operation({
  method: "GET",
  path: "/openapi.json",
  role: null,
  ignoresOthers: true,
})

export function serviceRoutes({ sluice }: RouteOptions): Route[] {
  const isDatabaseUp = createDatabaseProbe(sluice.database)
  return [
    route(health, async ({ context }) => {
      if (isDeep(context) && !(await isDatabaseUp())) {
        refuse({
          status: 503,
          code: "database_unavailable",
          detail: "The database does not respond",
          headers: { "retry-after": "5" },
        })
      }
      return context.json({ status: "ok" })
    }),
    route(openapi, async ({ context }) => {
      const { servedDocument } = await import("../openapi/served.ts")
      return context.body(servedDocument(), 200, { "content-type": "application/json" })
    }),
  ]
}
