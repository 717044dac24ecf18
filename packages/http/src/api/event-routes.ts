import { name, notNull, text } from "@sluice/core/fields"
import { throwAtBody } from "./at-body.ts"
import { bodyOf } from "./body.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const listEvents = operation({ method: "GET", path: "/v1/events", role: "reader" })

export const emitEvent = operation({
  method: "POST",
  path: "/v1/events/:name{.+}",
  role: "enqueuer",
  ignoresOthers: true,
  params: { name },
  body: bodyOf({ payload: notNull, idempotencyKey: text() }),
  isBodyOptional: true,
  isIdempotent: true,
})

export function eventRoutes({ sluice, log }: RouteOptions): Route[] {
  return [
    route(listEvents, async ({ context }) => context.json({ events: await sluice.listEvents() })),
    route(emitEvent, async ({ params: { name }, body: { payload, ...options }, stored, context }) => {
      const emitted = await sluice
        .emit(name, payload, { ...options, ...stored })
        .catch(throwAtBody("options"))
      log.info("Emitted", { event: name, jobs: emitted.jobs.length, resumed: emitted.resumed })
      return context.json(emitted)
    }),
  ]
}
