// The HTTP API of Sluice: one Hono app, to be served by any of Hono's adapters.
export { type AppOptions, createApp } from "./api/app.ts"
// Jobs that are performed by another app, over HTTP: the drainer's side, and that app's.
export { type HttpExecutorOptions, http } from "./executor/http-executor.ts"
export { createPerformHandler, type PerformHandlerOptions } from "./executor/perform-handler.ts"
// Its description, as served at /openapi.json.
export { openApiDocument } from "./openapi/document.ts"
