// The HTTP API of Sluice: one Hono app, to be served by any of Hono's adapters.
export { type AppOptions, createApp } from "./app.ts"
// Its description, as served at /openapi.json.
export { openApiDocument } from "./openapi.ts"
