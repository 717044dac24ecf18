// The dashboard: a Hono app of its own, so that the API's bundle doesn't contain its pages.
export { createDashboard, type DashboardOptions } from "./app.tsx"
