// The HTTP API of Sluice: a Hono app for any of Hono's adapters.
export { type AppOptions, createApp } from "./api/app.ts"
export type { RequestRate } from "./api/rate-limit.ts"
// Jobs that another app performs over HTTP: the drainer's side, and that app's.
export { type HttpExecutorOptions, http } from "./executor/http-executor.ts"
export { createPerformHandler, type PerformHandlerOptions } from "./executor/perform-handler.ts"
// The API's description, as served at /openapi.json.
export { openApiDocument } from "./openapi/document.ts"
