import type { BulkOptions, BulkResult, JobChanges } from "@sluice/core"
import { refuse } from "../messages/problem.ts"
import { throwAtBody } from "./at-body.ts"
import { readJob } from "./job-routes.ts"
import { type ActionRequest, parseActionRequest } from "./manage-request.ts"
import { type Call, operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

/** A request ends well before gateways give up on it, and says where the next one continues. */
const LONGEST_ACTION = "20s"

export const actOnJobs = operation({
  method: "POST",
  path: "/v1/jobs/actions",
  role: "operator",
  body: { keys: ["action", "filter", "changes", "retriedBy", "dryRun", "after"] },
})

export const cancelJob = operation({ method: "POST", path: "/v1/jobs/:id/cancel", role: "operator" })

export const runJobNow = operation({ method: "POST", path: "/v1/jobs/:id/run", role: "operator" })

export const retryJob = operation({
  method: "POST",
  path: "/v1/jobs/:id/retry",
  role: "operator",
  body: { keys: ["retriedBy"], isOptional: true },
})

export const updateJob = operation({ method: "PATCH", path: "/v1/jobs/:id", role: "operator", body: {} })

export const deleteJob = operation({ method: "DELETE", path: "/v1/jobs/:id", role: "operator" })

type CallForJob = Pick<Call<"/v1/jobs/:id", Record<never, never>, never>, "params" | "context">

/** Routes that act on jobs. Those for one return the job as it is then. */
export function manageRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(actOnJobs, async ({ body, context }) => context.json(await act(parseActionRequest(body)))),
    route(cancelJob, async (call) => {
      await sluice.cancelJob(call.params.id)
      return respond(call)
    }),
    route(runJobNow, async (call) => {
      await sluice.runJobNow(call.params.id)
      return respond(call)
    }),
    route(retryJob, async (call) => {
      await sluice.retryJob(call.params.id, call.body as { retriedBy?: string })
      return respond(call)
    }),
    route(updateJob, async (call) => {
      await sluice.updateJob(call.params.id, call.body as JobChanges).catch(throwAtBody("changes"))
      return respond(call)
    }),
    route(deleteJob, async ({ params, context }) => {
      await sluice.deleteJob(params.id)
      return context.body(null, 204)
    }),
  ]

  function act({ action, filter, changes, retriedBy, ...given }: ActionRequest): Promise<BulkResult> {
    const options = { ...given, within: LONGEST_ACTION } as BulkOptions
    if (action === "cancel") return sluice.cancelJobs(filter, options)
    if (action === "run") return sluice.runJobsNow(filter, options)
    if (action === "erase") return sluice.eraseJobs(filter, dryRunOf(given))
    if (action === "delete") return sluice.deleteJobs(filter, options)
    if (action === "update") return sluice.updateJobs(filter, changes as JobChanges, options)
    return sluice.retryJobs(filter, retriedBy === undefined ? options : { ...options, retriedBy })
  }

  async function respond({ params, context }: CallForJob): Promise<Response> {
    return context.json(await readJob(sluice, params.id))
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
