import type { Queryable } from "@sluice/core"
import type { Context, Hono, MiddlewareHandler } from "hono"
import { refuse } from "../messages/problem.ts"
import { openApiDocument } from "../openapi/document.ts"
import { allowOnly } from "./allow-only.ts"
import { createDatabaseProbe } from "./health.ts"

export function addServiceRoutes(app: Hono, database: Queryable, authorized: MiddlewareHandler): void {
  const isDatabaseUp = createDatabaseProbe(database)

  // Callers without a key can't cause queries: a flood of them would take all connections, or keep the database awake.
  app.use("/health", (context, next) => (isDeep(context) ? authorized(context, next) : next()))
  app.get("/health", async (context) => {
    if (isDeep(context) && !(await isDatabaseUp())) {
      refuse({
        status: 503,
        code: "database_unavailable",
        detail: "The database does not respond",
        headers: { "retry-after": "5" },
      })
    }
    return context.json({ status: "ok" })
  })
  app.all("/health", allowOnly("GET, HEAD"))

  app.get("/openapi.json", (context) => context.json(openApiDocument))
  app.all("/openapi.json", allowOnly("GET, HEAD"))
}

function isDeep(context: Context): boolean {
  return context.req.query("deep") !== undefined
}
