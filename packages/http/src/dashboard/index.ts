// The dashboard: a Hono app of its own, so that the API's bundle doesn't contain its pages.

export type { SnapshotStore } from "@sluice/core"
export { createDashboard } from "./app.tsx"
// Whom a login service in front of the dashboard vouches for.
export type { Claims, Identify, RoleOf } from "./identity/identity.ts"
export {
  cloudflareAccess,
  type JwtIdentityOptions,
  jwtIdentity,
  loadBalancerIdentity,
} from "./identity/jwt-identity.ts"
// What converts input schemas.
export type { InputSchema, JsonSchemaOf } from "./json-schema.ts"
// Where the logs of drainers are.
export { cloudWatchLogs, type LogLink } from "./log-link.ts"
export type { DashboardOptions } from "./options.ts"
// What readers may not see.
export { hidden, type Redact, redactKeys } from "./redact.ts"
