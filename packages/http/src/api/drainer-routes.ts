import { drainerId, LIST_DRAINERS } from "@sluice/core/fields"
import { refuse } from "../messages/problem.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const listDrainers = operation({
  method: "GET",
  path: "/v1/drainers",
  role: "reader",
  query: LIST_DRAINERS.fields,
})

export const getDrainer = operation({
  method: "GET",
  path: "/v1/drainers/:id",
  role: "reader",
  params: { id: drainerId },
})

export function drainerRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(listDrainers, async ({ query, context }) => context.json(await sluice.listDrainers(query))),
    route(getDrainer, async ({ params: { id }, context }) => {
      const drainer = await sluice.getDrainer(id)
      return context.json(drainer ?? refuseUnknown(id))
    }),
  ]
}

function refuseUnknown(id: number): never {
  return refuse({
    status: 404,
    code: "drainer_not_found",
    detail: `No drainer has the id ${id}, or it is forgotten`,
  })
}
