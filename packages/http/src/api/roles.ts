import type { Role } from "@sluice/core"

/**
 * The role that each route needs, by its method and pattern. A route that isn't here answers nobody. What the role may do then,
 * and with which jobs, is core's to say: see `actingAs`.
 */
export const ROUTE_ROLES: Readonly<Record<string, Role>> = {
  "POST /v1/jobs": "enqueuer",
  "POST /v1/jobs/batch": "enqueuer",
  "POST /v1/batches": "enqueuer",
  "POST /v1/batches/:id/jobs": "enqueuer",
  "POST /v1/workflows": "enqueuer",
  "POST /v1/events/:name{.+}": "enqueuer",
  "POST /v1/waits/:token{.+}": "enqueuer",

  "GET /health": "reader", // with ?deep
  "GET /v1/jobs": "reader",
  "GET /v1/jobs/:id": "reader",
  "GET /v1/batches/:id": "reader",
  "GET /v1/workflows/:id": "reader",
  "GET /v1/workflows/:id/mermaid": "reader",
  "GET /v1/queues": "reader",
  "GET /v1/pauses": "reader",
  "GET /v1/limits": "reader",
  "GET /v1/schedules": "reader",
  "GET /v1/schedules/:key{.+}": "reader",

  "POST /v1/jobs/actions": "operator",
  "POST /v1/jobs/:id/cancel": "operator",
  "POST /v1/jobs/:id/run": "operator",
  "POST /v1/jobs/:id/retry": "operator",
  "PATCH /v1/jobs/:id": "operator",
  "DELETE /v1/jobs/:id": "operator",
  "POST /v1/batches/:id/retry": "operator",
  "POST /v1/batches/:id/cancel": "operator",
  "POST /v1/queues/:name{.+}/pause": "operator",
  "POST /v1/queues/:name{.+}/resume": "operator",
  "PUT /v1/queues/:name{.+}/limits": "operator",
  "POST /v1/names/:name{.+}/pause": "operator",
  "POST /v1/names/:name{.+}/resume": "operator",
  "POST /v1/keys/:name{.+}/pause": "operator",
  "POST /v1/keys/:name{.+}/resume": "operator",
  "PUT /v1/keys/:name{.+}/limits": "operator",
  "PUT /v1/schedules/:key{.+}": "operator",
  "DELETE /v1/schedules/:key{.+}": "operator",
  "POST /v1/schedules/:key{.+}/run": "operator",
  "POST /v1/schedules/:key{.+}/pause": "operator",
  "POST /v1/schedules/:key{.+}/resume": "operator",

  "GET /v1/api-keys": "admin",
  "POST /v1/api-keys": "admin",
  "DELETE /v1/api-keys/:id": "admin",
  "POST /v1/api-keys/:id/rotate": "admin",
  "GET /v1/audit-log": "admin",
}
