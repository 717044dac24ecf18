import { LIMIT_OVERRIDE, RATE_OVERRIDE, required, text } from "@sluice/core/fields"
import { bodyOf } from "./body.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

const params = { name: text() }
const { limit, per } = RATE_OVERRIDE.fields

export const overrideLimit = operation({
  method: "PUT",
  path: "/v1/keys/:name{.+}/override",
  role: "operator",
  params,
  body: bodyOf({ limit: required(LIMIT_OVERRIDE.fields.limit) }),
})

export const removeLimitOverride = operation({
  method: "DELETE",
  path: "/v1/keys/:name{.+}/override",
  role: "operator",
  params,
})

export const overrideRate = operation({
  method: "PUT",
  path: "/v1/rates/:name{.+}/override",
  role: "operator",
  params,
  body: bodyOf({ limit, per }),
})

export const removeRateOverride = operation({
  method: "DELETE",
  path: "/v1/rates/:name{.+}/override",
  role: "operator",
  params,
})

/** Routes by which operators set what holds for keys in place of what their jobs ask for. */
export function overrideRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(overrideLimit, async ({ params: { name }, body, context }) => {
      await sluice.overrideLimit(name, body)
      return context.json({ name, ...body })
    }),
    route(removeLimitOverride, async ({ params: { name }, context }) => {
      await sluice.overrideLimit(name, {})
      return context.json({ name, limit: null })
    }),
    route(overrideRate, async ({ params: { name }, body, context }) => {
      await sluice.overrideRate(name, body)
      return context.json({ name, rate: body })
    }),
    route(removeRateOverride, async ({ params: { name }, context }) => {
      await sluice.overrideRate(name, {})
      return context.json({ name, rate: null })
    }),
  ]
}
