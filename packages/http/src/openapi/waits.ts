import { completeWait, listWaits } from "../api/wait-routes.ts"
import { component, type Described, describe, schemasOf } from "./describe.ts"
import { afterNote, id, instant, instantOrNull, limitNote } from "./values.ts"

const completeWaitRequest = component("CompleteWaitRequest", completeWait.body, {
  value: "Any JSON, up to 256 KiB. The job's `waitFor` validates and returns it.",
  early: {
    default: false,
    description: "Also completes a token that no job has opened, for one that comes to it within 30 days.",
  },
})

const completedWait = {
  type: "object",
  required: ["token", "state"],
  properties: { token: { type: "string" }, state: { const: "completed" } },
}

const wait = {
  kind: { type: "string", enum: ["token", "event", "batch"] },
  key: { type: "string", description: "The token, or the key of a wait for an event or a batch." },
  jobId: id,
  jobName: { type: "string" },
  queue: { type: "string" },
  waiting: {
    type: "boolean",
    description: "Whether the job waits. False: it has opened the wait, and has not come to it.",
  },
  event: { type: ["string", "null"] },
  match: { type: ["object", "null"], description: "What the payload of the event has to contain." },
  batchId: { type: ["string", "null"], description: "The batch of jobs that the job gathers." },
  since: instant,
  until: { ...instantOrNull, description: "When it times out." },
}

export const waitSchemas = {
  OpenWait: { type: "object", required: Object.keys(wait), properties: wait },
  WaitList: {
    type: "object",
    required: ["waits"],
    properties: {
      waits: { type: "array", items: { $ref: "#/components/schemas/OpenWait" } },
      next: { type: "string", description: "Present when more may follow: send it as `after`." },
    },
  },
  ...schemasOf(completeWaitRequest),
  CompletedWait: completedWait,
}

export const waitOperations: readonly Described[] = [
  describe(listWaits, {
    id: "listWaits",
    tag: "waits",
    summary: "List what unfinished jobs wait for, the oldest jobs first",
    parameters: {
      limit: limitNote("50"),
      after: afterNote,
    },
    responses: { 200: { description: "The waits for tokens, events and batches.", body: "WaitList" } },
  }),
  describe(completeWait, {
    id: "completeWait",
    tag: "waits",
    summary: "Complete a token for which a job waits: the job runs again, and gets the value",
    body: completeWaitRequest,
    responses: { 200: { description: "It is completed, by this request.", body: "CompletedWait" } },
    problems: [404, 409],
  }),
]
