import { createSluice } from "@sluice/core"
import { createPool } from "@sluice/core/pg"
import { deliverWebhook } from "./jobs.ts"

export const url = process.env.DATABASE_URL ?? ""
export const pool = createPool(url, { max: 5 })
export const sluice = createSluice({ database: pool, jobs: [deliverWebhook] })
