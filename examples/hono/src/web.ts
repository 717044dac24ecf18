import { createPool, fromEnvironment } from "@sluice/aws"
import { createSluice } from "@sluice/core"
import { Hono } from "hono"
import { handle } from "hono/aws-lambda"
import { Resource } from "sst"
import type { sendReceipt } from "./jobs.ts"

const sluice = createSluice({ ...fromEnvironment(), database: createPool(Resource.DatabaseUrl.value) })

const app = new Hono().post("/orders/:order/receipt", async (context) => {
  const { to } = await context.req.json<{ to: string }>()
  const job = await sluice.enqueue<typeof sendReceipt>("send-receipt", {
    order: Number(context.req.param("order")),
    to,
  })
  return context.json(job, 202)
})

export const handler = handle(app)
