import type { EmitOptions } from "@sluice/core"
import type { Hono } from "hono"
import { readOptionalJson } from "../messages/body.ts"
import { allowOnly } from "./allow-only.ts"
import { requestOf } from "./idempotency.ts"
import { parseObject } from "./job-request.ts"
import type { JobRoutesOptions } from "./job-routes.ts"

/** Emits events. Their names may contain slashes, as those in pause-routes.ts. */
export function addEventRoutes(app: Hono, { sluice, maxBodyBytes, log }: JobRoutesOptions): void {
  app.post("/v1/events/:name{.+}", async (context) => {
    const name = context.req.param("name") as string
    const body = (await readOptionalJson(context.req.raw, maxBodyBytes)) ?? {}
    const { payload, ...options }: EmitOptions & { payload?: unknown } = parseObject([], body, [
      "payload",
      "idempotencyKey",
    ])
    const emitted = await sluice.emit(name, payload, { ...options, ...requestOf(context, body) })
    log.info("Emitted", { event: name, jobs: emitted.jobs.length, resumed: emitted.resumed })
    return context.json(emitted)
  })
  app.all("/v1/events/:name{.+}", allowOnly("POST"))
}
