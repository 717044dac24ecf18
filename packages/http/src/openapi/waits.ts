import { completeWait } from "../api/wait-routes.ts"
import { type Described, describe } from "./describe.ts"
import { key } from "./values.ts"

const completeWaitRequest = {
  type: "object",
  additionalProperties: false,
  properties: {
    value: { description: "Any JSON, up to 256 KiB. The job's `waitFor` validates and returns it." },
    early: {
      type: "boolean",
      default: false,
      description: "Also completes a token that no job has opened, for one that comes to it within 30 days.",
    },
  },
}

const completedWait = {
  type: "object",
  required: ["token", "state"],
  properties: { token: { type: "string" }, state: { const: "completed" } },
}

export const waitSchemas = {
  CompleteWaitRequest: completeWaitRequest,
  CompletedWait: completedWait,
}

export const waitOperations: readonly Described[] = [
  describe(completeWait, {
    id: "completeWait",
    tag: "waits",
    summary: "Complete a token for which a job waits: the job runs again, and gets the value",
    parameters: { token: { ...key, pattern: "^(?!sluice:)" } },
    body: "CompleteWaitRequest",
    responses: { 200: { description: "It is completed, by this request.", body: "CompletedWait" } },
    problems: [404, 409],
  }),
]
