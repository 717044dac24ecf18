import type { Sluice } from "@sluice/core"
import type { Hono } from "hono"
import { allowOnly } from "./allow-only.ts"

/** Maximum number of queues in one response, which limits it to some hundred kilobytes. */
const PAGE_SIZE = 1_000

export function addQueueRoutes(app: Hono, sluice: Sluice): void {
  app.get("/v1/queues", async (context) => {
    const after = context.req.query("after")
    const found = await sluice.listQueues({ ...(after && { after }), limit: PAGE_SIZE + 1 })
    const queues = found.slice(0, PAGE_SIZE)
    return context.json({ queues, ...(found.length > PAGE_SIZE && { next: queues.at(-1)?.name }) })
  })
  app.all("/v1/queues", allowOnly("GET, HEAD"))
}
