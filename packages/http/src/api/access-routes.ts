import { API_KEY, apiKeyId, LIST_ACTIONS, LIST_API_KEYS, ROTATE_API_KEY } from "@sluice/core/fields"
import { bodyOf } from "./body.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const listApiKeys = operation({
  method: "GET",
  path: "/v1/api-keys",
  role: "admin",
  query: LIST_API_KEYS.fields,
})

/** Who makes it, the API knows. */
const { createdBy: _, ...settings } = API_KEY.fields

export const createApiKey = operation({
  method: "POST",
  path: "/v1/api-keys",
  role: "admin",
  body: bodyOf(settings, ...API_KEY.rules),
})

export const revokeApiKey = operation({
  method: "DELETE",
  path: "/v1/api-keys/:id",
  role: "admin",
  params: { id: apiKeyId },
})

export const rotateApiKey = operation({
  method: "POST",
  path: "/v1/api-keys/:id/rotate",
  role: "admin",
  params: { id: apiKeyId },
  body: bodyOf(ROTATE_API_KEY.fields),
  isBodyOptional: true,
})

export const listActions = operation({
  method: "GET",
  path: "/v1/audit-log",
  role: "admin",
  query: LIST_ACTIONS.fields,
})

/** Routes of API keys and the audit log. */
export function accessRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(listApiKeys, async ({ query, context }) => context.json({ keys: await sluice.listApiKeys(query) })),
    route(createApiKey, async ({ body, context }) => context.json(await sluice.createApiKey(body), 201)),
    route(revokeApiKey, async ({ params: { id }, context }) => context.json(await sluice.revokeApiKey(id))),
    route(rotateApiKey, async ({ params: { id }, body, context }) =>
      context.json(await sluice.rotateApiKey(id, body)),
    ),
    route(listActions, async ({ query, context }) => context.json(await sluice.listActions(query))),
  ]
}
