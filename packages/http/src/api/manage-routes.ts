import { InvalidInputError, type JobChanges } from "@sluice/core"
import type { Context, Hono } from "hono"
import { readJson, readOptionalJson } from "../messages/body.ts"
import { allowOnly } from "./allow-only.ts"
import { type JobRoutesOptions, readJob } from "./job-routes.ts"
import { parseRetryRequest } from "./manage-request.ts"

/** Routes that act on one job. Each returns the job as it is then. */
export function addManageRoutes(app: Hono, { sluice, maxBodyBytes }: JobRoutesOptions): void {
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

  async function respond(context: Context): Promise<Response> {
    return context.json(await readJob(sluice, idOf(context)))
  }
}

function idOf(context: Context): string {
  return context.req.param("id") as string
}

/** The body is what core calls the changes. */
function throwWithPathInBody(error: unknown): never {
  if (!(error instanceof InvalidInputError) || error.path[0] !== "changes") throw error
  throw new InvalidInputError(error.code, error.message, { path: error.path.slice(1), cause: error })
}
