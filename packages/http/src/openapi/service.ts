import { health, openapi } from "../api/service-routes.ts"
import { type Described, describe } from "./describe.ts"

export const serviceSchemas = {
  Health: { type: "object", required: ["status"], properties: { status: { const: "ok" } } },
}

export const serviceOperations: readonly Described[] = [
  describe(health, {
    id: "health",
    tag: "service",
    summary: "Check the API; with `deep` and the key, the database too",
    security: [{}, { key: [] }],
    parameters: {
      deep: "With any value, the database is checked too, which requires the key.",
    },
    responses: { 200: { description: "All is well.", body: "Health" } },
    problems: [401, 422, 500, 503],
  }),
  describe(openapi, {
    id: "openapi",
    tag: "service",
    summary: "This document",
    responses: {
      200: { description: "This document.", content: { "application/json": { schema: { type: "object" } } } },
    },
  }),
]
