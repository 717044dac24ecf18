import { jsonLog } from "@sluice/aws"
import { createApp } from "@sluice/http"
import { handle } from "hono/aws-lambda"
import { apiKey } from "./settings.ts"
import { sluice } from "./sluice.ts"

/** The HTTP API, behind API Gateway. */
export const handler = handle(createApp({ sluice, apiKey: apiKey(), log: jsonLog }))
