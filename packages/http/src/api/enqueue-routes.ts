import { currentCorrelationId } from "@sluice/core"
import { tokenForStored, tokenLifetime } from "../watch/job-token.ts"
import { principalOf } from "./authorize.ts"
import { bodyOf } from "./body.ts"
import { assertFewJobs, JOB, jobList } from "./job-request.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const enqueue = operation({
  method: "POST",
  path: "/v1/jobs",
  role: "enqueuer",
  body: bodyOf({ ...JOB, tokenExpiresIn: tokenLifetime }),
  isIdempotent: true,
})

export const enqueueMany = operation({
  method: "POST",
  path: "/v1/jobs/batch",
  role: "enqueuer",
  body: jobList,
  isIdempotent: true,
})

/** What a function does that enqueues all day. It begins without the other routes. */
export function enqueueRoutes({ sluice, tokens, maxBatchJobs, log }: RouteOptions): Route[] {
  return [
    route(enqueue, async ({ body: { name, payload, options, tokenExpiresIn }, stored, context }) => {
      const tokenFor = tokenForStored(tokens, tokenExpiresIn, principalOf(context))
      const result = await sluice.enqueue(name, payload, { ...options, ...stored })
      logEnqueue({ jobId: result.id, job: name, status: result.status })
      const location = `/v1/jobs/${result.id}`
      return context.json({ ...result, ...tokenFor(result) }, result.status === "enqueued" ? 201 : 200, {
        location,
      })
    }),
    route(enqueueMany, async ({ body, stored, context }) => {
      assertFewJobs(body.jobs, maxBatchJobs)
      const results = await sluice.enqueueMany(body.jobs, stored)
      logEnqueue({ jobs: results.length, firstJobId: results[0]?.id, lastJobId: results.at(-1)?.id })
      return context.json({ jobs: results }, 201)
    }),
  ]

  function logEnqueue(details: Record<string, unknown>): void {
    log.info("Enqueued", { ...details, correlationId: currentCorrelationId() })
  }
}
