import { drawWorkflow, enqueueWorkflow, getWorkflow } from "../api/workflow-routes.ts"
import { batch, batchOptions, batchProperties } from "./batches.ts"
import { component, type Described, describe, locationOf, schemasOf } from "./describe.ts"
import { stepRequest } from "./job-requests.ts"
import { reason } from "./job-responses.ts"
import { batchId, id, state, step } from "./values.ts"

const newWorkflow = component("NewWorkflow", enqueueWorkflow.body, {
  name: "What the workflow is called.",
  steps: { items: { as: stepRequest }, description: "What it does, in any order." },
  ...batchOptions,
})

export const workflowSchemas = {
  ...schemasOf(newWorkflow),
  NewWorkflowStored: {
    type: "object",
    required: ["id", "jobs"],
    properties: {
      id: batchId,
      jobs: {
        type: "object",
        additionalProperties: id,
        description: "The jobs by the names of their steps.",
      },
    },
  },
  Workflow: {
    type: "object",
    required: [...batch.required, "name", "steps"],
    properties: {
      ...batchProperties,
      name: step,
      steps: {
        type: "array",
        items: {
          type: "object",
          required: ["step", "id", "name", "state", "reason", "after"],
          properties: {
            step,
            id,
            name: {
              type: ["string", "null"],
              description: "null, as the state, once its history was dropped.",
            },
            state: { type: ["string", "null"], enum: [...state.enum, null] },
            reason,
            after: {
              type: "array",
              items: { type: "string" },
              description: "The steps after which it runs, or the ids of other jobs.",
            },
          },
        },
      },
    },
  },
}

export const workflowOperations: readonly Described[] = [
  describe(enqueueWorkflow, {
    id: "enqueueWorkflow",
    tag: "workflows",
    summary: "Enqueue a workflow: all of its jobs or, when one is invalid, none",
    body: newWorkflow,
    responses: {
      201: {
        description: "The workflow is stored. It is a batch, whose routes retry and cancel it.",
        headers: locationOf("workflow"),
        body: "NewWorkflowStored",
      },
    },
    problems: [404, 409, 429],
  }),
  describe(getWorkflow, {
    id: "getWorkflow",
    tag: "workflows",
    summary: "Read a workflow: its state, and that of each step",
    responses: { 200: { description: "The workflow.", body: "Workflow" } },
    problems: [404],
  }),
  describe(drawWorkflow, {
    id: "drawWorkflow",
    tag: "workflows",
    summary: "Read a workflow as a flowchart in Mermaid's language",
    responses: {
      200: { description: "The flowchart.", content: { "text/plain": { schema: { type: "string" } } } },
    },
    problems: [404],
  }),
]
