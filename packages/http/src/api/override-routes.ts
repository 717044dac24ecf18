import type { LimitOverride, RateLimit } from "@sluice/core"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const overrideLimit = operation({
  method: "PUT",
  path: "/v1/keys/:name{.+}/override",
  role: "operator",
  body: { keys: ["limit"] },
})

export const removeLimitOverride = operation({
  method: "DELETE",
  path: "/v1/keys/:name{.+}/override",
  role: "operator",
})

export const overrideRate = operation({
  method: "PUT",
  path: "/v1/rates/:name{.+}/override",
  role: "operator",
  body: { keys: ["limit", "per"] },
})

export const removeRateOverride = operation({
  method: "DELETE",
  path: "/v1/rates/:name{.+}/override",
  role: "operator",
})

/** Routes by which operators set what holds for keys in place of what their jobs ask for. */
export function overrideRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(overrideLimit, async ({ params: { name }, body, context }) => {
      const { limit = null } = body
      await sluice.overrideLimit(name, { limit } as LimitOverride)
      return context.json({ name, limit })
    }),
    route(removeLimitOverride, async ({ params: { name }, context }) => {
      await sluice.overrideLimit(name, {})
      return context.json({ name, limit: null })
    }),
    route(overrideRate, async ({ params: { name }, body, context }) => {
      const { limit = null, per = null } = body
      await sluice.overrideRate(name, { limit, per } as RateLimit)
      return context.json({ name, rate: { limit, per } })
    }),
    route(removeRateOverride, async ({ params: { name }, context }) => {
      await sluice.overrideRate(name, {})
      return context.json({ name, rate: null })
    }),
  ]
}
