import type { CompleteWaitOptions } from "@sluice/core"
import type { Hono } from "hono"
import { readOptionalJson } from "../messages/body.ts"
import { allowOnly } from "./allow-only.ts"
import { throwAtBody } from "./at-body.ts"
import { parseObject } from "./job-request.ts"
import type { JobRoutesOptions } from "./job-routes.ts"

/** Completes what jobs wait for. Tokens may contain slashes, as the names in pause-routes.ts. */
export function addWaitRoutes(app: Hono, { sluice, maxBodyBytes }: JobRoutesOptions): void {
  app.post("/v1/waits/:token{.+}", async (context) => {
    const token = context.req.param("token") as string
    const body: CompleteWaitOptions & { value?: unknown } = parseObject(
      [],
      (await readOptionalJson(context.req.raw, maxBodyBytes)) ?? {},
      ["value", "early"],
    )
    const { value, ...options } = body
    await sluice.completeWait(token, value, options).catch(throwAtBody)
    return context.json({ token, state: "completed" })
  })
  app.all("/v1/waits/:token{.+}", allowOnly("POST"))
}
