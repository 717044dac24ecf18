import type { CompleteWaitOptions, ListWaitsOptions } from "@sluice/core"
import { throwAtBody } from "./at-body.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const listWaits = operation({
  method: "GET",
  path: "/v1/waits",
  role: "reader",
  query: { limit: "integer", after: "text" },
})

export const completeWait = operation({
  method: "POST",
  path: "/v1/waits/:token{.+}",
  role: "enqueuer",
  ignoresOthers: true,
  body: { keys: ["value", "early"], isOptional: true },
})

/** Lists and completes what jobs wait for. */
export function waitRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(listWaits, async ({ query, context }) =>
      context.json(await sluice.listWaits(query as ListWaitsOptions)),
    ),
    route(completeWait, async ({ params: { token }, body: { value, ...options }, context }) => {
      await sluice.completeWait(token, value, options as CompleteWaitOptions).catch(throwAtBody("options"))
      return context.json({ token, state: "completed" })
    }),
  ]
}
