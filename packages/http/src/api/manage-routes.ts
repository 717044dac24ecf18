import type { BulkResult } from "@sluice/core"
import {
  JOB_CHANGES,
  jobFilter,
  jobId,
  oneOf,
  place,
  RETRY,
  type Rule,
  required,
  type ValueOf,
  yesOrNo,
} from "@sluice/core/fields"
import { throwAtBody } from "./at-body.ts"
import { bodyOf, refuseAt } from "./body.ts"
import { readJob } from "./job-routes.ts"
import { type Call, operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

/** A request ends well before gateways give up on it, and says where the next one continues. */
const LONGEST_ACTION = "20s" as const

/** Which action takes what. */
const ofAction: Rule = {
  assert({ action, changes, retriedBy, after }) {
    if (action === "update" && changes === undefined)
      refuseAt(["changes"], "invalid_body", "changes is missing; an update needs it")
    if (action !== "update" && changes !== undefined)
      refuseAt(["changes"], "invalid_body", "changes is for updates only")
    if (action !== "retry" && retriedBy !== undefined)
      refuseAt(["retriedBy"], "invalid_body", "retriedBy is for retries only")
    // it has no place at which another request could continue
    if (action === "erase" && after !== undefined)
      refuseAt(["after"], "invalid_body", "after isn't for an erasure: it does all of it in one request")
  },
}

const actionRequest = bodyOf(
  {
    action: required(oneOf(["cancel", "retry", "run", "delete", "update", "erase"])),
    filter: required(jobFilter),
    changes: JOB_CHANGES,
    ...RETRY.fields,
    dryRun: yesOrNo,
    after: place,
  },
  ofAction,
)

export const actOnJobs = operation({
  method: "POST",
  path: "/v1/jobs/actions",
  role: "operator",
  body: actionRequest,
})

const params = { id: jobId }

export const cancelJob = operation({ method: "POST", path: "/v1/jobs/:id/cancel", role: "operator", params })

export const runJobNow = operation({ method: "POST", path: "/v1/jobs/:id/run", role: "operator", params })

export const retryJob = operation({
  method: "POST",
  path: "/v1/jobs/:id/retry",
  role: "operator",
  params,
  body: bodyOf(RETRY.fields),
  isBodyOptional: true,
})

export const updateJob = operation({
  method: "PATCH",
  path: "/v1/jobs/:id",
  role: "operator",
  params,
  body: bodyOf(JOB_CHANGES.fields, ...JOB_CHANGES.rules),
})

export const deleteJob = operation({ method: "DELETE", path: "/v1/jobs/:id", role: "operator", params })

type NoFields = Record<never, never>
type CallForJob = Pick<Call<typeof params, NoFields, NoFields>, "params" | "context">

/** Routes that act on jobs. Those for one return the job as it is then. */
export function manageRoutes({ sluice }: RouteOptions): Route[] {
  return [
    route(actOnJobs, async ({ body, context }) => context.json(await act(body))),
    route(cancelJob, async (call) => {
      await sluice.cancelJob(call.params.id)
      return respond(call)
    }),
    route(runJobNow, async (call) => {
      await sluice.runJobNow(call.params.id)
      return respond(call)
    }),
    route(retryJob, async (call) => {
      await sluice.retryJob(call.params.id, call.body)
      return respond(call)
    }),
    route(updateJob, async (call) => {
      await sluice.updateJob(call.params.id, call.body).catch(throwAtBody("changes"))
      return respond(call)
    }),
    route(deleteJob, async ({ params, context }) => {
      await sluice.deleteJob(params.id)
      return context.body(null, 204)
    }),
  ]

  function act({
    action,
    filter,
    changes = {},
    retriedBy,
    ...given
  }: ValueOf<typeof actionRequest>): Promise<BulkResult> {
    const options = { ...given, within: LONGEST_ACTION }
    if (action === "cancel") return sluice.cancelJobs(filter, options)
    if (action === "run") return sluice.runJobsNow(filter, options)
    if (action === "erase") return sluice.eraseJobs(filter, given)
    if (action === "delete") return sluice.deleteJobs(filter, options)
    if (action === "update") return sluice.updateJobs(filter, changes, options)
    return sluice.retryJobs(filter, retriedBy === undefined ? options : { ...options, retriedBy })
  }

  async function respond({ params, context }: CallForJob): Promise<Response> {
    return context.json(await readJob(sluice, params.id))
  }
}
