import { drawWorkflow, enqueueWorkflow, getWorkflow } from "../api/workflow-routes.ts"
import { batch, batchOptions, batchProperties } from "./batches.ts"
import { type Described, describe, locationOf } from "./describe.ts"
import { jobRequest } from "./job-requests.ts"
import { reason } from "./job-responses.ts"
import { batchId, id, state, step } from "./values.ts"

export const workflowSchemas = {
  NewWorkflow: {
    type: "object",
    required: ["name", "steps"],
    additionalProperties: false,
    properties: {
      name: { ...step, description: "What the workflow is called." },
      steps: {
        type: "array",
        minItems: 1,
        maxItems: 10_000,
        items: {
          ...jobRequest,
          required: ["step", "name"],
          properties: {
            step: { ...step, description: "Its name in the workflow, which isn't a number." },
            ...jobRequest.properties,
            options: { $ref: "#/components/schemas/StepOptions" },
          },
        },
      },
      ...batchOptions,
    },
  },
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

const ofWorkflow = { id: { type: "string", pattern: batchId.pattern } }

export const workflowOperations: readonly Described[] = [
  describe(enqueueWorkflow, {
    id: "enqueueWorkflow",
    tag: "workflows",
    summary: "Enqueue a workflow: all of its jobs or, when one is invalid, none",
    body: "NewWorkflow",
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
    parameters: ofWorkflow,
    responses: { 200: { description: "The workflow.", body: "Workflow" } },
    problems: [404],
  }),
  describe(drawWorkflow, {
    id: "drawWorkflow",
    tag: "workflows",
    summary: "Read a workflow as a flowchart in Mermaid's language",
    parameters: ofWorkflow,
    responses: {
      200: { description: "The flowchart.", content: { "text/plain": { schema: { type: "string" } } } },
    },
    problems: [404],
  }),
]
