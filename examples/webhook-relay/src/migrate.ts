import { migrate } from "@sluice/core/migrate"
import { deliverWebhook } from "./jobs.ts"
import { pool, url } from "./queue.ts"

await migrate(url, { jobs: [deliverWebhook] })
await pool.end()
