import {
  currentCorrelationId,
  type JobSnapshot,
  type Logger,
  type ReadJobOptions,
  type Sluice,
} from "@sluice/core"
import type { Hono } from "hono"
import { readJson } from "../messages/body.ts"
import { refuse } from "../messages/problem.ts"
import { allowOnly } from "./allow-only.ts"
import { requestOf } from "./idempotency.ts"
import { numberOf, parseBatchRequest, parseJobRequest, parseListRequest, parseWait } from "./job-request.ts"

export interface JobRoutesOptions {
  readonly sluice: Sluice
  readonly maxBatchJobs: number
  readonly maxBodyBytes: number
  readonly log: Logger
}

export function addJobRoutes(app: Hono, { sluice, maxBatchJobs, maxBodyBytes, log }: JobRoutesOptions): void {
  app.post("/v1/jobs", async (context) => {
    const body = await readJson(context.req.raw, maxBodyBytes)
    const job = parseJobRequest(body)
    const result = await sluice.enqueue(job.name, job.payload, {
      ...job.options,
      ...requestOf(context, body),
    })
    logEnqueue({ jobId: result.id, job: job.name, status: result.status })
    return context.json(result, result.status === "enqueued" ? 201 : 200, {
      location: `/v1/jobs/${result.id}`,
    })
  })
  app.get("/v1/jobs", async (context) => {
    const { filter, options } = parseListRequest(context.req.queries())
    return context.json(await sluice.listJobs(filter, options))
  })
  app.all("/v1/jobs", allowOnly("GET, HEAD, POST"))

  app.post("/v1/jobs/batch", async (context) => {
    const body = await readJson(context.req.raw, maxBodyBytes)
    const results = await sluice.enqueueMany(parseBatchRequest(body, maxBatchJobs), requestOf(context, body))
    logEnqueue({ jobs: results.length, firstJobId: results[0]?.id, lastJobId: results.at(-1)?.id })
    return context.json({ jobs: results }, 201)
  })
  app.all("/v1/jobs/batch", allowOnly("POST"))

  app.get("/v1/jobs/:id", async (context) => {
    const id = context.req.param("id")
    const { errorsFrom, wait } = context.req.query()
    if (wait !== undefined) await waitForJob(sluice, id, parseWait(wait), context.req.raw.signal)
    return context.json(
      await readJob(sluice, id, errorsFrom === undefined ? {} : { errorsFrom: numberOf(errorsFrom) }),
    )
  })

  function logEnqueue(details: Record<string, unknown>): void {
    log.info("Enqueued", { ...details, correlationId: currentCorrelationId() })
  }
}

/** Returns early if the client goes away: nobody reads the response. */
async function waitForJob(sluice: Sluice, id: string, timeout: number, signal: AbortSignal): Promise<void> {
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
