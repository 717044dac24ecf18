import type { EmitOptions } from "@sluice/core"
import { throwAtBody } from "./at-body.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const listEvents = operation({ method: "GET", path: "/v1/events", role: "reader" })

export const emitEvent = operation({
  method: "POST",
  path: "/v1/events/:name{.+}",
  role: "enqueuer",
  ignoresOthers: true,
  body: { keys: ["payload", "idempotencyKey"], isOptional: true },
  isIdempotent: true,
})

export function eventRoutes({ sluice, log }: RouteOptions): Route[] {
  return [
    route(listEvents, async ({ context }) => context.json({ events: await sluice.listEvents() })),
    route(emitEvent, async ({ params: { name }, body: { payload, ...options }, stored, context }) => {
      const emitted = await sluice
        .emit(name, payload, { ...(options as EmitOptions), ...stored })
        .catch(throwAtBody("options"))
      log.info("Emitted", { event: name, jobs: emitted.jobs.length, resumed: emitted.resumed })
      return context.json(emitted)
    }),
  ]
}
