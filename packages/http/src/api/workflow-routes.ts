import type { WorkflowOptions, WorkflowSnapshot } from "@sluice/core"
import { batchId, required, stepName } from "@sluice/core/fields"
import { refuse } from "../messages/problem.ts"
import { throwAtBody } from "./at-body.ts"
import { batchOptions } from "./batch-routes.ts"
import { bodyOf } from "./body.ts"
import { assertFewEnough, steps } from "./job-request.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const enqueueWorkflow = operation({
  method: "POST",
  path: "/v1/workflows",
  role: "enqueuer",
  body: bodyOf({ name: required(stepName), steps: required(steps), ...batchOptions }),
  isIdempotent: true,
})

const params = { id: batchId }

export const getWorkflow = operation({ method: "GET", path: "/v1/workflows/:id", role: "reader", params })

export const drawWorkflow = operation({
  method: "GET",
  path: "/v1/workflows/:id/mermaid",
  role: "reader",
  params,
})

/** Routes of workflows. They are batches, too, whose routes retry and cancel them. */
export function workflowRoutes({ sluice, maxBatchJobs }: RouteOptions): Route[] {
  return [
    route(enqueueWorkflow, async ({ body: { name, steps, ...options }, stored, context }) => {
      assertFewEnough(steps, maxBatchJobs, "steps", "workflow")
      const { id, jobs } = await sluice
        .enqueueWorkflow({ name, steps }, { ...(options as WorkflowOptions), ...stored })
        .catch(throwAtBody("options"))
      return context.json({ id, jobs }, 201, { location: `/v1/workflows/${id}` })
    }),
    route(getWorkflow, async ({ params, context }) => context.json(await read(params.id))),
    route(drawWorkflow, async ({ params, context }) => context.text((await read(params.id)).toMermaid())),
  ]

  async function read(id: string): Promise<WorkflowSnapshot> {
    const flow = await sluice.getWorkflow(id)
    return flow ?? refuse({ status: 404, code: "workflow_not_found", detail: `No workflow has the id ${id}` })
  }
}
