import { EXAMINE } from "@sluice/core/fields"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const getOverview = operation({ method: "GET", path: "/v1/overview", role: "reader" })

export const getBacklog = operation({ method: "GET", path: "/v1/backlog", role: "reader" })

export const examine = operation({
  method: "GET",
  path: "/v1/findings",
  role: "reader",
  query: EXAMINE.fields,
})

/** What one wants to see of a queue first, and what is wrong with its database. */
export function overviewRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(getOverview, async ({ context }) => context.json(await sluice.getOverview())),
    route(getBacklog, async ({ context }) => context.json(await sluice.getBacklog())),
    route(examine, async ({ query, context }) => context.json({ findings: await sluice.examine(query) })),
  ]
}
