import { createSnapshotStore, jsonLog } from "@sluice/aws"
import { cloudWatchLogs, createDashboard } from "@sluice/http/dashboard"
import { createReference } from "@sluice/http/reference"
import { toJsonSchema } from "@valibot/to-json-schema"
import { Hono } from "hono"
import { handle } from "hono/aws-lambda"
import { resources } from "./resources.ts"
import { sluice } from "./sluice.ts"

const snapshots = createSnapshotStore(process.env.SLUICE_SNAPSHOT)
const basePath = process.env.SLUICE_DASHBOARD_PATH ?? "/dashboard"

/** The dashboard and the API's reference, behind API Gateway. Whoever has the API's key, or one of the database that may read, can log in. */
export const handler = handle(
  new Hono().route(`${basePath}/reference`, createReference()).route(
    "/",
    createDashboard({
      sluice,
      apiKey: resources.SluiceApiKey.value,
      logLink: cloudWatchLogs({
        region: process.env.AWS_REGION,
        functionName: process.env.SLUICE_DRAIN_FUNCTION,
      }),
      // valibot's schemas can't say their JSON Schema themselves, of which the form to enqueue a job is made
      jsonSchema: (input) => toJsonSchema(input as never, { typeMode: "input", errorMode: "ignore" }),
      basePath,
      idle: snapshots && { snapshots },
      log: jsonLog,
    }),
  ),
)
