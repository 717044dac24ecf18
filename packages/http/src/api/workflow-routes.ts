import type { WorkflowOptions, WorkflowSnapshot, WorkflowStep } from "@sluice/core"
import { refuse } from "../messages/problem.ts"
import { throwAtBody } from "./at-body.ts"
import { BATCH_KEYS } from "./batch-routes.ts"
import { assertFewEnough } from "./job-request.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const enqueueWorkflow = operation({
  method: "POST",
  path: "/v1/workflows",
  role: "enqueuer",
  body: { keys: ["name", "steps", ...BATCH_KEYS] },
  isIdempotent: true,
})

export const getWorkflow = operation({ method: "GET", path: "/v1/workflows/:id", role: "reader" })

export const drawWorkflow = operation({ method: "GET", path: "/v1/workflows/:id/mermaid", role: "reader" })

/** Routes of workflows. They are batches, too, whose routes retry and cancel them. */
export function workflowRoutes({ sluice, maxBatchJobs }: RouteOptions): Route[] {
  return [
    route(enqueueWorkflow, async ({ body: { name, steps, ...options }, stored, context }) => {
      const flow = { name: name as string, steps: parseSteps(steps, maxBatchJobs) }
      const { id, jobs } = await sluice
        .enqueueWorkflow(flow, { ...(options as WorkflowOptions), ...stored })
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

/** Core validates the steps. */
function parseSteps(steps: unknown, maxBatchJobs: number): WorkflowStep[] {
  if (Array.isArray(steps)) assertFewEnough(steps, maxBatchJobs, "steps", "workflow")
  return steps as WorkflowStep[]
}
