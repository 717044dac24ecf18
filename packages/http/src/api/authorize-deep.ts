import type { Context, MiddlewareHandler } from "hono"

/** Callers without a key can't cause queries: a flood of them would take all connections, or keep the database awake. */
export function authorizeDeep(authorized: MiddlewareHandler): MiddlewareHandler {
  return (context, next) => (isDeep(context) ? authorized(context, next) : next())
}

/** Whether the check of the API is to ask the database, too. */
export function isDeep(context: Context): boolean {
  return context.req.query("deep") !== undefined
}
