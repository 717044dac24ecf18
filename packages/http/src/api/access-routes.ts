import type { ApiKeySettings, ListActionsOptions, RotateApiKeyOptions } from "@sluice/core"
import type { Hono } from "hono"
import { readJson, readOptionalJson } from "../messages/body.ts"
import { allowOnly } from "./allow-only.ts"
import { throwAtBody } from "./at-body.ts"
import { numberOf, parseObject } from "./job-request.ts"
import type { JobRoutesOptions } from "./job-routes.ts"

const SETTINGS = ["name", "role", "names", "queues", "expiresAt", "expiresIn"]

/** Routes of API keys and the audit log, for admins. */
export function addAccessRoutes(app: Hono, { sluice, maxBodyBytes }: JobRoutesOptions): void {
  app.get("/v1/api-keys", async (context) => {
    const { after } = context.req.query()
    return context.json({ keys: await sluice.listApiKeys(after === undefined ? {} : { after }) })
  })
  app.post("/v1/api-keys", async (context) => {
    const settings = parseObject([], await readJson(context.req.raw, maxBodyBytes), SETTINGS)
    return context.json(await sluice.createApiKey(settings as unknown as ApiKeySettings), 201)
  })
  app.all("/v1/api-keys", allowOnly("GET, HEAD, POST"))

  app.delete("/v1/api-keys/:id", async (context) =>
    context.json(await sluice.revokeApiKey(context.req.param("id"))),
  )
  app.all("/v1/api-keys/:id", allowOnly("DELETE"))

  app.post("/v1/api-keys/:id/rotate", async (context) => {
    const body = await readOptionalJson(context.req.raw, maxBodyBytes)
    const options: RotateApiKeyOptions = parseObject([], body ?? {}, ["overlap"])
    return context.json(await sluice.rotateApiKey(context.req.param("id"), options).catch(throwAtBody))
  })
  app.all("/v1/api-keys/:id/rotate", allowOnly("POST"))

  app.get("/v1/audit-log", async (context) => {
    const { limit, ...others } = parseObject([], context.req.query(), [
      "actor",
      "action",
      "via",
      "limit",
      "after",
    ]) as Record<string, string>
    const options = { ...others, ...(limit !== undefined && { limit: numberOf(limit) }) }
    return context.json(await sluice.listActions(options as ListActionsOptions))
  })
  app.all("/v1/audit-log", allowOnly("GET, HEAD"))
}
