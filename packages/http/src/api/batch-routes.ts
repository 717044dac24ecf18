import type { BatchOptions, BatchSnapshot, RetryBatchOptions } from "@sluice/core"
import type { Hono } from "hono"
import { readJson, readOptionalJson } from "../messages/body.ts"
import { refuse } from "../messages/problem.ts"
import { allowOnly } from "./allow-only.ts"
import { throwAtBody } from "./at-body.ts"
import { requestOf } from "./idempotency.ts"
import { parseJobs, parseObject } from "./job-request.ts"
import type { JobRoutesOptions } from "./job-routes.ts"

export const BATCH_OPTIONS = ["properties", "parent", "onFinish", "onSuccess", "onDiscard"]

/** Routes of batches. Those that act on one return it as it is then, with the number of jobs that were changed. */
export function addBatchRoutes(app: Hono, { sluice, maxBatchJobs, maxBodyBytes }: JobRoutesOptions): void {
  app.post("/v1/batches", async (context) => {
    const body = await readJson(context.req.raw, maxBodyBytes)
    const { jobs, ...options } = parseObject([], body, ["jobs", ...BATCH_OPTIONS])
    const { id, total } = await sluice
      .enqueueBatch(parseJobs(jobs, maxBatchJobs), {
        ...(options as BatchOptions),
        ...requestOf(context, body),
      })
      .catch(throwAtBody)
    return context.json({ id, total }, 201, { location: `/v1/batches/${id}` })
  })
  app.all("/v1/batches", allowOnly("POST"))

  app.get("/v1/batches/:id", async (context) => context.json(await read(context.req.param("id"))))
  app.all("/v1/batches/:id", allowOnly("GET, HEAD"))

  app.post("/v1/batches/:id/jobs", async (context) => {
    refuseKey(context.req.header("idempotency-key"))
    const { jobs } = parseObject([], await readJson(context.req.raw, maxBodyBytes), ["jobs"])
    const added = await sluice.addToBatch(context.req.param("id"), parseJobs(jobs, maxBatchJobs))
    return context.json({ jobs: added }, 201)
  })
  app.post("/v1/batches/:id/retry", async (context) => {
    const id = context.req.param("id")
    const body = await readOptionalJson(context.req.raw, maxBodyBytes)
    const options: RetryBatchOptions = parseObject([], body ?? {}, ["callbacks", "retriedBy"])
    const { changed, refused } = await sluice.retryBatch(id, options)
    return context.json({ ...(await read(id)), changed, refused })
  })
  app.post("/v1/batches/:id/cancel", async (context) => {
    const id = context.req.param("id")
    const { changed, refused } = await sluice.cancelBatch(id)
    return context.json({ ...(await read(id)), changed, refused })
  })
  for (const verb of ["jobs", "retry", "cancel"]) app.all(`/v1/batches/:id/${verb}`, allowOnly("POST"))

  async function read(id: string): Promise<BatchSnapshot> {
    const batch = await sluice.getBatch(id)
    return batch ?? refuse({ status: 404, code: "batch_not_found", detail: `No batch has the id ${id}` })
  }
}

/** A request that is sent again would add its jobs again. */
function refuseKey(header: string | undefined): void {
  if (header === undefined) return
  refuse({
    status: 422,
    code: "invalid_idempotency_key",
    detail:
      "Idempotency-Key is not for jobs that are added to a batch: give each job an idempotencyKey in its options",
  })
}
