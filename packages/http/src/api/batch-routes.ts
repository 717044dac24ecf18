import type { BatchSnapshot } from "@sluice/core"
import { batchId, callbackOptions, LIST_BATCHES, OF_BATCH, RETRY_BATCH, required } from "@sluice/core/fields"
import { refuse } from "../messages/problem.ts"
import { throwAtBody } from "./at-body.ts"
import { bodyOf } from "./body.ts"
import { assertFewJobs, JOB, jobList, jobs } from "./job-request.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

/** A job that a batch enqueues. */
export const callback = bodyOf({ ...JOB, options: callbackOptions })

export const batchOptions = { onFinish: callback, onSuccess: callback, onDiscard: callback, ...OF_BATCH }

const params = { id: batchId }

export const enqueueBatch = operation({
  method: "POST",
  path: "/v1/batches",
  role: "enqueuer",
  body: bodyOf({ jobs: required(jobs), ...batchOptions }),
  isIdempotent: true,
})

export const listBatches = operation({
  method: "GET",
  path: "/v1/batches",
  role: "reader",
  query: LIST_BATCHES.fields,
})

export const getBatch = operation({ method: "GET", path: "/v1/batches/:id", role: "reader", params })

export const addToBatch = operation({
  method: "POST",
  path: "/v1/batches/:id/jobs",
  role: "enqueuer",
  params,
  body: jobList,
})

export const retryBatch = operation({
  method: "POST",
  path: "/v1/batches/:id/retry",
  role: "operator",
  params,
  body: bodyOf(RETRY_BATCH.fields),
  isBodyOptional: true,
})

export const cancelBatch = operation({
  method: "POST",
  path: "/v1/batches/:id/cancel",
  role: "operator",
  params,
})

/** Routes of batches. Those that act on one return it as it is then, with the number of jobs that were changed. */
export function batchRoutes({ sluice, maxBatchJobs }: RouteOptions): Route[] {
  return [
    route(enqueueBatch, async ({ body: { jobs, ...options }, stored, context }) => {
      assertFewJobs(jobs, maxBatchJobs)
      const { id, total } = await sluice
        .enqueueBatch(jobs, { ...options, ...stored })
        .catch(throwAtBody("options"))
      return context.json({ id, total }, 201, { location: `/v1/batches/${id}` })
    }),
    route(listBatches, async ({ query, context }) => context.json(await sluice.listBatches(query))),
    route(getBatch, async ({ params, context }) => context.json(await read(params.id))),
    route(addToBatch, async ({ params, body, context }) => {
      refuseKey(context.req.header("idempotency-key"))
      assertFewJobs(body.jobs, maxBatchJobs)
      const added = await sluice.addToBatch(params.id, body.jobs)
      return context.json({ jobs: added }, 201)
    }),
    route(retryBatch, async ({ params, body, context }) => {
      const { changed, refused } = await sluice.retryBatch(params.id, body)
      return context.json({ ...(await read(params.id)), changed, refused })
    }),
    route(cancelBatch, async ({ params, context }) => {
      const { changed, refused } = await sluice.cancelBatch(params.id)
      return context.json({ ...(await read(params.id)), changed, refused })
    }),
  ]

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
