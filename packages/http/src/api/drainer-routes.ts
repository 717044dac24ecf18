import type { ListDrainersOptions } from "@sluice/core"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const listDrainers = operation({
  method: "GET",
  path: "/v1/drainers",
  role: "reader",
  query: { state: "text", limit: "integer", after: "text" },
})

export function drainerRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(listDrainers, async ({ query, context }) =>
      context.json(await sluice.listDrainers(query as ListDrainersOptions)),
    ),
  ]
}
