import type { ListDrainersOptions } from "@sluice/core"
import { refuse, truncate } from "../messages/problem.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const listDrainers = operation({
  method: "GET",
  path: "/v1/drainers",
  role: "reader",
  query: { state: "text", limit: "integer", after: "text" },
})

export const getDrainer = operation({ method: "GET", path: "/v1/drainers/:id", role: "reader" })

export function drainerRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(listDrainers, async ({ query, context }) =>
      context.json(await sluice.listDrainers(query as ListDrainersOptions)),
    ),
    route(getDrainer, async ({ params: { id }, context }) => {
      const drainer = await sluice.getDrainer(numberIn(id))
      return context.json(drainer ?? refuseUnknown(id))
    }),
  ]
}

/** Core quotes what is no number. */
function numberIn(id: string): number {
  return /^\d{1,15}$/.test(id) ? Number(id) : (id as never)
}

function refuseUnknown(id: string): never {
  return refuse({
    status: 404,
    code: "drainer_not_found",
    detail: `No drainer has the id ${truncate(id)}, or it is forgotten`,
  })
}
