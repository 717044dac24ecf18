import type { WorkflowOptions, WorkflowSnapshot, WorkflowStep } from "@sluice/core"
import type { Hono } from "hono"
import { readJson } from "../messages/body.ts"
import { refuse } from "../messages/problem.ts"
import { allowOnly } from "./allow-only.ts"
import { throwAtBody } from "./at-body.ts"
import { BATCH_OPTIONS } from "./batch-routes.ts"
import { requestOf } from "./idempotency.ts"
import { assertFewEnough, parseObject } from "./job-request.ts"
import type { JobRoutesOptions } from "./job-routes.ts"

/** Routes of workflows. They are batches, too, whose routes retry and cancel them. */
export function addWorkflowRoutes(app: Hono, { sluice, maxBatchJobs, maxBodyBytes }: JobRoutesOptions): void {
  app.post("/v1/workflows", async (context) => {
    const body = await readJson(context.req.raw, maxBodyBytes)
    const { name, steps, ...options } = parseObject([], body, ["name", "steps", ...BATCH_OPTIONS])
    const flow = { name: name as string, steps: parseSteps(steps, maxBatchJobs) }
    const { id, jobs } = await sluice
      .enqueueWorkflow(flow, { ...(options as WorkflowOptions), ...requestOf(context, body) })
      .catch(throwAtBody)
    return context.json({ id, jobs }, 201, { location: `/v1/workflows/${id}` })
  })
  app.all("/v1/workflows", allowOnly("POST"))

  app.get("/v1/workflows/:id", async (context) => context.json(await read(context.req.param("id"))))
  app.get("/v1/workflows/:id/mermaid", async (context) =>
    context.text((await read(context.req.param("id"))).toMermaid()),
  )
  app.all("/v1/workflows/:id", allowOnly("GET, HEAD"))
  app.all("/v1/workflows/:id/mermaid", allowOnly("GET, HEAD"))

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
