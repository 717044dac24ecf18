import type { ApiKeySettings, ListActionsOptions, RotateApiKeyOptions } from "@sluice/core"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const listApiKeys = operation({
  method: "GET",
  path: "/v1/api-keys",
  role: "admin",
  query: { after: "text" },
})

export const createApiKey = operation({
  method: "POST",
  path: "/v1/api-keys",
  role: "admin",
  body: { keys: ["name", "role", "names", "queues", "expiresAt", "expiresIn"] },
})

export const revokeApiKey = operation({ method: "DELETE", path: "/v1/api-keys/:id", role: "admin" })

export const rotateApiKey = operation({
  method: "POST",
  path: "/v1/api-keys/:id/rotate",
  role: "admin",
  body: { keys: ["overlap"], isOptional: true },
})

export const listActions = operation({
  method: "GET",
  path: "/v1/audit-log",
  role: "admin",
  query: { actor: "text", action: "text", via: "text", limit: "integer", after: "text" },
})

/** Routes of API keys and the audit log. */
export function accessRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(listApiKeys, async ({ query, context }) => context.json({ keys: await sluice.listApiKeys(query) })),
    route(createApiKey, async ({ body, context }) =>
      context.json(await sluice.createApiKey(body as unknown as ApiKeySettings), 201),
    ),
    route(revokeApiKey, async ({ params: { id }, context }) => context.json(await sluice.revokeApiKey(id))),
    route(rotateApiKey, async ({ params: { id }, body, context }) =>
      context.json(await sluice.rotateApiKey(id, body as RotateApiKeyOptions)),
    ),
    route(listActions, async ({ query, context }) =>
      context.json(await sluice.listActions(query as ListActionsOptions)),
    ),
  ]
}
