import { jsonLog } from "@sluice/aws"
import { cloudWatchLogs, createDashboard } from "@sluice/http/dashboard"
import { handle } from "hono/aws-lambda"
import { resources } from "./resources.ts"
import { sluice } from "./sluice.ts"

/** The dashboard, behind API Gateway. Whoever has the API's key, or one of the database that may read, can log in. */
export const handler = handle(
  createDashboard({
    sluice,
    apiKey: resources.SluiceApiKey.value,
    logLink: cloudWatchLogs({
      region: process.env.AWS_REGION,
      functionName: process.env.SLUICE_DRAIN_FUNCTION,
    }),
    basePath: process.env.SLUICE_DASHBOARD_PATH ?? "/dashboard",
    log: jsonLog,
  }),
)
