import type { WorkflowSnapshot } from "@sluice/core"
import { batchId, type Field, required, stepName, stepOptions, type ValueOf } from "@sluice/core/fields"
import { refuse } from "../messages/problem.ts"
import { throwAtBody } from "./at-body.ts"
import { batchOptions } from "./batch-routes.ts"
import { bodyOf } from "./body.ts"
import { assertFewEnough, assertList, JOB, MOST_JOBS } from "./job-request.ts"
import { operation, type Route, route } from "./operation.ts"
import type { RouteOptions } from "./route-options.ts"

export const step = bodyOf({ step: required(stepName), ...JOB, options: stepOptions })

const steps: Field<readonly ValueOf<typeof step>[], false> = {
  schema: { type: "array", minItems: 1, maxItems: MOST_JOBS },
  items: step,
  isRequired: false,
  assert(value) {
    assertList("steps", value)
    for (const [index, one] of value.entries()) step.assert(one, ["steps", index])
  },
}

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
        .enqueueWorkflow({ name, steps }, { ...options, ...stored })
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
