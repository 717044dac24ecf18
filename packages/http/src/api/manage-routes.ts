import { type BulkOptions, type BulkResult, InvalidInputError, type JobChanges } from "@sluice/core"
import type { Context, Hono } from "hono"
import { readJson, readOptionalJson } from "../messages/body.ts"
import { refuse } from "../messages/problem.ts"
import { allowOnly } from "./allow-only.ts"
import { type JobRoutesOptions, readJob } from "./job-routes.ts"
import { type ActionRequest, parseActionRequest, parseRetryRequest } from "./manage-request.ts"

/** A request ends well before gateways give up on it, and says where the next one continues. */
const LONGEST_ACTION = "20s"

/** Routes that act on jobs. Those for one return the job as it is then. */
export function addManageRoutes(app: Hono, { sluice, maxBodyBytes }: JobRoutesOptions): void {
  app.post("/v1/jobs/actions", async (context) => {
    return context.json(await act(parseActionRequest(await readJson(context.req.raw, maxBodyBytes))))
  })
  app.all("/v1/jobs/actions", allowOnly("POST"))

  app.post("/v1/jobs/:id/cancel", async (context) => {
    await sluice.cancelJob(idOf(context))
    return respond(context)
  })
  app.post("/v1/jobs/:id/run", async (context) => {
    await sluice.runJobNow(idOf(context))
    return respond(context)
  })
  app.post("/v1/jobs/:id/retry", async (context) => {
    const body = await readOptionalJson(context.req.raw, maxBodyBytes)
    await sluice.retryJob(idOf(context), body === undefined ? {} : parseRetryRequest(body))
    return respond(context)
  })
  for (const verb of ["cancel", "run", "retry"]) app.all(`/v1/jobs/:id/${verb}`, allowOnly("POST"))

  app.patch("/v1/jobs/:id", async (context) => {
    const changes = (await readJson(context.req.raw, maxBodyBytes)) as JobChanges
    await sluice.updateJob(idOf(context), changes).catch(throwWithPathInBody)
    return respond(context)
  })
  app.delete("/v1/jobs/:id", async (context) => {
    await sluice.deleteJob(idOf(context))
    return context.body(null, 204)
  })

  app.all("/v1/jobs/:id", allowOnly("GET, HEAD, PATCH, DELETE"))

  function act({ action, filter, changes, retriedBy, ...given }: ActionRequest): Promise<BulkResult> {
    const options = { ...given, within: LONGEST_ACTION } as BulkOptions
    if (action === "cancel") return sluice.cancelJobs(filter, options)
    if (action === "run") return sluice.runJobsNow(filter, options)
    if (action === "erase") return sluice.eraseJobs(filter, dryRunOf(given))
    if (action === "delete") return sluice.deleteJobs(filter, options)
    if (action === "update") return sluice.updateJobs(filter, changes as JobChanges, options)
    return sluice.retryJobs(filter, retriedBy === undefined ? options : { ...options, retriedBy })
  }

  async function respond(context: Context): Promise<Response> {
    return context.json(await readJob(sluice, idOf(context)))
  }
}

/** An erasure has no place at which another request could continue. */
function dryRunOf({ after, ...options }: Omit<ActionRequest, "action" | "filter" | "changes" | "retriedBy">) {
  if (after !== undefined)
    refuse({
      status: 422,
      code: "invalid_body",
      detail: "after isn't for an erasure: it does all of it in one request",
    })
  return options as Pick<BulkOptions, "dryRun">
}

function idOf(context: Context): string {
  return context.req.param("id") as string
}

/** The body is what core calls the changes. */
function throwWithPathInBody(error: unknown): never {
  if (!(error instanceof InvalidInputError) || error.path[0] !== "changes") throw error
  throw new InvalidInputError(error.code, error.message, { path: error.path.slice(1), cause: error })
}
