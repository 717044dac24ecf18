import { anyJson, COMPLETE_WAIT, LIST_WAITS, waitToken } from "@sluice/core/fields"
import { throwAtBody } from "./at-body.ts"
import { bodyOf } from "./body.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const listWaits = operation({
  method: "GET",
  path: "/v1/waits",
  role: "reader",
  query: LIST_WAITS.fields,
})

export const completeWait = operation({
  method: "POST",
  path: "/v1/waits/:token{.+}",
  role: "enqueuer",
  ignoresOthers: true,
  params: { token: waitToken },
  body: bodyOf({ value: anyJson, ...COMPLETE_WAIT.fields }),
  isBodyOptional: true,
})

/** Lists and completes what jobs wait for. */
export function waitRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(listWaits, async ({ query, context }) => context.json(await sluice.listWaits(query))),
    route(completeWait, async ({ params: { token }, body: { value, ...options }, context }) => {
      await sluice.completeWait(token, value, options).catch(throwAtBody("options"))
      return context.json({ token, state: "completed" })
    }),
  ]
}
