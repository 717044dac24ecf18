import { currentCorrelationId, type Logger, type Sluice } from "@sluice/core"
import { type Context, Hono, type MiddlewareHandler } from "hono"
import { readJson } from "../messages/body.ts"
import { cut, problemResponse, refuse } from "../messages/problem.ts"
import { problemOf } from "../messages/to-problem.ts"
import { openApiDocument } from "../openapi/document.ts"
import { authorize } from "./authorize.ts"
import { correlated } from "./correlation.ts"
import { batchFrom, type JobRequest, jobFrom } from "./envelope.ts"
import { databaseProbe } from "./health.ts"
import { pathOf } from "./path.ts"

export interface AppOptions {
  readonly sluice: Sluice
  /** What callers send as `Authorization: Bearer <key>`. Several keys, as a list or comma-separated, serve rotation. */
  readonly apiKey: string | readonly string[]
  /** Most jobs in one batch. Default 10,000. */
  readonly maxBatchJobs?: number
  /**
   * Largest request body. Default 2 MiB: JSON may take fifty times its length once it is parsed, and a function of
   * 256 MB has room for that.
   */
  readonly maxBodyBytes?: number
  /** Where enqueues, and failures on the server's side, are told. Default `console`. */
  readonly log?: Logger
}

/** Most queues in one answer, which so has some hundred kilobytes at most. */
const MOST_QUEUES = 1_000

/** The enqueue and read API. Whatever asks the database asks for the key; `openApiDocument` describes every answer. */
export function createApp(options: AppOptions): Hono {
  const { sluice, maxBatchJobs = 10_000, maxBodyBytes = 2 * 1024 * 1024, log = console } = options
  const authorized = authorize(options.apiKey)
  const databaseAnswers = databaseProbe(sluice.database)
  const app = new Hono({ getPath: pathOf })

  app.use(async (context, next) => {
    await next()
    context.header("x-content-type-options", "nosniff")
    context.header("cache-control", "no-store")
  })
  app.use(correlated())
  app.use("/v1/*", authorized)

  app.post("/v1/jobs", async (context) => {
    const job = jobFrom(await readJson(context.req.raw, maxBodyBytes))
    const result = await sluice.enqueue(job.name, job.payload, job.options)
    logEnqueue({ jobId: result.id, job: job.name, status: result.status })
    return context.json(result, result.status === "enqueued" ? 201 : 200, {
      location: `/v1/jobs/${result.id}`,
    })
  })
  app.all("/v1/jobs", allowOnly("POST"))

  app.post("/v1/jobs/batch", async (context) => {
    const jobs: JobRequest[] = batchFrom(await readJson(context.req.raw, maxBodyBytes), maxBatchJobs)
    const results = await sluice.enqueueMany(jobs)
    logEnqueue({ jobs: results.length, firstJobId: results[0]?.id, lastJobId: results.at(-1)?.id })
    return context.json({ jobs: results }, 201)
  })
  app.all("/v1/jobs/batch", allowOnly("POST"))

  app.get("/v1/jobs/:id", async (context) => {
    const id = context.req.param("id")
    const errorsFrom = context.req.query("errorsFrom")
    const job = await sluice.getJob(id, errorsFrom === undefined ? {} : { errorsFrom: Number(errorsFrom) })
    return job
      ? context.json(job)
      : refuse({ status: 404, code: "job_not_found", detail: `No job has the id ${id}` })
  })
  app.all("/v1/jobs/:id", allowOnly("GET, HEAD"))

  app.get("/v1/queues", async (context) => {
    const after = context.req.query("after")
    const following = await sluice.listQueues({ ...(after && { after }), limit: MOST_QUEUES + 1 })
    const queues = following.slice(0, MOST_QUEUES)
    return context.json({ queues, ...(following.length > MOST_QUEUES && { next: queues.at(-1)?.name }) })
  })
  app.all("/v1/queues", allowOnly("GET, HEAD"))

  // `.+` because a slash in a name arrives as %2F from some gateways and decoded from others. What a name has in it is
  // its own affair: `a/../b` is not `b` (see path.ts).
  app.post("/v1/queues/:name{.+}/pause", async (context) => {
    const name = context.req.param("name")
    await sluice.pauseQueue(name)
    return context.json({ name, paused: true })
  })
  app.post("/v1/queues/:name{.+}/resume", async (context) => {
    const name = context.req.param("name")
    await sluice.resumeQueue(name)
    return context.json({ name, paused: false })
  })
  app.all("/v1/queues/:name{.+}/pause", allowOnly("POST"))
  app.all("/v1/queues/:name{.+}/resume", allowOnly("POST"))

  // Who has no key can't make the database do anything: a flood would take its connections, or wake it.
  app.use("/health", (context, next) => (isDeep(context) ? authorized(context, next) : next()))
  app.get("/health", async (context) =>
    !isDeep(context) || (await databaseAnswers())
      ? context.json({ status: "ok" })
      : refuse({
          status: 503,
          code: "database_unavailable",
          detail: "The database does not answer",
          headers: { "retry-after": "5" },
        }),
  )
  app.all("/health", allowOnly("GET, HEAD"))

  app.get("/openapi.json", (context) => context.json(openApiDocument))
  app.all("/openapi.json", allowOnly("GET, HEAD"))

  app.notFound((context) =>
    problemResponse({
      status: 404,
      code: "route_not_found",
      detail: `Nothing is served at ${cut(context.req.path)}`,
    }),
  )
  app.onError((error, context) => problemResponse(problemOf(error, requestOf(context), log)))
  return app

  function logEnqueue(details: Record<string, unknown>): void {
    log.info("Enqueued", { ...details, correlationId: currentCorrelationId() })
  }
}

function allowOnly(methods: string): MiddlewareHandler {
  return (context) =>
    refuse({
      status: 405,
      code: "method_not_allowed",
      detail: `${cut(context.req.path)} does not take ${context.req.method}; use ${methods}`,
      headers: { allow: methods },
    })
}

function isDeep(context: Context): boolean {
  return context.req.query("deep") !== undefined
}

function requestOf(context: Context): { method: string; path: string } {
  return { method: context.req.method, path: context.req.path }
}
