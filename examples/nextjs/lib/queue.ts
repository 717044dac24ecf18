import { fromEnvironment } from "@sluice/aws"
import { createClient } from "@sluice/client"
import { createSluice } from "@sluice/core"
import { createApp } from "@sluice/http"
import { createDashboard } from "@sluice/http/dashboard"
import { pool } from "./database.ts"

const key = process.env.SLUICE_API_KEY ?? ""

/** The queue. Without `jobs`: the code that performs them isn't part of the web app. */
export const sluice = createSluice({ ...fromEnvironment(), database: pool })

/** The HTTP API, of which app/v1 serves what browsers need. */
export const api = createApp({
  sluice,
  apiKey: key,
  streaming: process.env.AWS_LAMBDA_FUNCTION_NAME === undefined,
})

export const dashboard = createDashboard({ sluice, apiKey: key, basePath: "/dashboard" })

/** Makes tokens for browsers. It calls the API of this process, so no request leaves it. */
const client = createClient({
  url: "http://localhost",
  key,
  fetch: async (input, init) => api.fetch(new Request(input, init)),
})

export const createJobToken = client.createJobToken
