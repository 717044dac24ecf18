import {
  currentCorrelationId,
  type JobFilter,
  type JobSnapshot,
  type ReadJobOptions,
  type Sluice,
} from "@sluice/core"
import { refuse } from "../messages/problem.ts"
import { tokenForStored } from "../watch/job-token.ts"
import { assertWait, JOB_KEYS, parseJobRequest, parseJobs } from "./job-request.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const enqueue = operation({
  method: "POST",
  path: "/v1/jobs",
  role: "enqueuer",
  body: { keys: [...JOB_KEYS, "tokenExpiresIn"] },
  isIdempotent: true,
})

export const enqueueMany = operation({
  method: "POST",
  path: "/v1/jobs/batch",
  role: "enqueuer",
  body: { keys: ["jobs"] },
  isIdempotent: true,
})

const CONDITIONS = {
  state: "texts",
  name: "texts",
  queue: "texts",
  tag: "text",
  batch: "text",
  key: "text",
  uniqueKey: "text",
  concurrencyKey: "text",
  errorClass: "text",
  input: "text",
  since: "text",
  until: "text",
  enqueuedBefore: "text",
  enqueuedAfter: "text",
} as const

export const listJobs = operation({
  method: "GET",
  path: "/v1/jobs",
  role: "reader",
  query: { ...CONDITIONS, limit: "integer", after: "text" },
})

export const countJobs = operation({
  method: "GET",
  path: "/v1/jobs/counts",
  role: "reader",
  query: { ...CONDITIONS, limit: "integer" },
})

export const getHolder = operation({ method: "GET", path: "/v1/jobs/:id/holder", role: "reader" })

export const getRelatives = operation({ method: "GET", path: "/v1/jobs/:id/relatives", role: "reader" })

export const getJob = operation({
  method: "GET",
  path: "/v1/jobs/:id",
  role: "reader",
  query: { errorsFrom: "integer", wait: "number" },
})

export function jobRoutes({ sluice, tokens, maxBatchJobs, log }: RouteOptions): Route[] {
  return [
    route(enqueue, async ({ body, stored, context }) => {
      const job = parseJobRequest(body)
      const tokenFor = tokenForStored(tokens, body.tokenExpiresIn)
      const result = await sluice.enqueue(job.name, job.payload, { ...job.options, ...stored })
      logEnqueue({ jobId: result.id, job: job.name, status: result.status })
      const location = `/v1/jobs/${result.id}`
      return context.json({ ...result, ...tokenFor(result) }, result.status === "enqueued" ? 201 : 200, {
        location,
      })
    }),
    route(enqueueMany, async ({ body, stored, context }) => {
      const results = await sluice.enqueueMany(parseJobs(body.jobs, maxBatchJobs), stored)
      logEnqueue({ jobs: results.length, firstJobId: results[0]?.id, lastJobId: results.at(-1)?.id })
      return context.json({ jobs: results }, 201)
    }),
    route(listJobs, async ({ query: { limit, after, ...filter }, context }) => {
      const page = { ...(limit !== undefined && { limit }), ...(after !== undefined && { after }) }
      return context.json(await sluice.listJobs(filter as JobFilter, page))
    }),
    route(countJobs, async ({ query: { limit, ...filter }, context }) => {
      const options = limit === undefined ? {} : { limit }
      return context.json(await sluice.countJobs(filter as JobFilter, options))
    }),
    route(getHolder, async ({ params: { id }, context }) => {
      const holder = await sluice.getHolder(id)
      return context.json(holder ?? refuseUnheld(id))
    }),
    route(getRelatives, async ({ params: { id }, context }) => context.json(await sluice.getRelatives(id))),
    route(getJob, async ({ params: { id }, query: { wait, ...parts }, context }) => {
      if (wait !== undefined) await waitForJob(sluice, id, wait, context.req.raw.signal)
      return context.json(await readJob(sluice, id, parts))
    }),
  ]

  function logEnqueue(details: Record<string, unknown>): void {
    log.info("Enqueued", { ...details, correlationId: currentCorrelationId() })
  }
}

function refuseUnheld(id: string): never {
  return refuse({ status: 404, code: "job_not_held", detail: `Nobody holds the job ${id}: it doesn't run` })
}

/** Returns early if the client goes away: nobody reads the response. */
async function waitForJob(sluice: Sluice, id: string, timeout: number, signal: AbortSignal): Promise<void> {
  assertWait(timeout)
  await sluice.waitForJob(id, { timeout, signal }).catch((error) => {
    if (!signal.aborted) throw error
  })
}

export async function readJob(
  sluice: Sluice,
  id: string,
  options: ReadJobOptions = {},
): Promise<JobSnapshot> {
  const job = await sluice.getJob(id, options)
  return job ?? refuse({ status: 404, code: "job_not_found", detail: `No job has the id ${id}` })
}
