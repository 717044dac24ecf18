import { jsonLog } from "@sluice/aws"
import { createApp } from "@sluice/http"
import { handle } from "hono/aws-lambda"
import { resources } from "./resources.ts"
import { sluice } from "./sluice.ts"

/** The HTTP API, behind API Gateway. */
export const handler = handle(createApp({ sluice, apiKey: resources.SluiceApiKey.value, log: jsonLog }))
