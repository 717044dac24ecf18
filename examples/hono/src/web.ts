import { createPool, fromEnvironment } from "@sluice/aws"
import { createSluice } from "@sluice/core"
import { Hono } from "hono"
import { handle } from "hono/aws-lambda"
import { bearerAuth } from "hono/bearer-auth"
import { validator } from "hono/validator"
import { Resource } from "sst"
import type { sendReceipt } from "./jobs.ts"
import { Receipt } from "./receipt.ts"

const sluice = createSluice({ ...fromEnvironment(), database: createPool(Resource.DatabaseUrl.value) })

/** What is wrong with a request is said at once, rather than by a job that fails. */
const receipt = validator("json", (body, context) => {
  const receipt = Receipt.safeParse({ ...body, order: Number(context.req.param("order")) })
  return receipt.success ? receipt.data : context.json(receipt.error.issues, 400)
})

const app = new Hono()
app.use(bearerAuth({ token: Resource.WebKey.value })) // or anybody could have mail sent to anybody
app.post("/orders/:order/receipt", receipt, async (context) => {
  const job = await sluice.enqueue<typeof sendReceipt>("send-receipt", context.req.valid("json"))
  return context.json(job, 202)
})

export const handler = handle(app)
