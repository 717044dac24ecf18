import { createJobToken, watchJob } from "../watch/watch-routes.ts"
import { component, type Described, describe, schemasOf } from "./describe.ts"
import { id, instant, name, state } from "./values.ts"

const tokenRequest = component("JobTokenRequest", createJobToken.body, {
  expiresIn: 'How long it is valid, up to 7 days. Default "1h".',
})

export const watchSchemas = {
  ...schemasOf(tokenRequest),
  JobToken: {
    type: "object",
    required: ["token", "expiresAt"],
    properties: { token: { type: "string" }, expiresAt: instant },
  },
  WatchedJob: {
    type: "object",
    description: "What a token shows of a job: neither its payload nor its errors.",
    required: ["id", "name", "state", "attempts", "progress", "result", "isFinished"],
    properties: {
      id,
      name,
      state,
      attempts: { type: "integer", minimum: 0 },
      progress: {
        type: ["object", "null"],
        required: ["percent", "text"],
        properties: { percent: { type: "number" }, text: { type: ["string", "null"] } },
      },
      result: { description: "What the job returned; null until it has succeeded." },
      isFinished: { type: "boolean" },
    },
  },
}

export const watchOperations: readonly Described[] = [
  describe(watchJob, {
    id: "watchJob",
    tag: "jobs",
    summary: "Watch a job: server-sent events, one for it as it is and one for each change",
    description:
      "With an API key, or with a token that may see this job only. A response lasts up to 20 seconds; the client continues with `Last-Event-ID`. Where the host doesn't stream responses, one ends with its first event.",
    security: [{ key: [] }, { jobToken: [] }],
    parameters: {
      token: "The token, for clients that can't send headers.",
    },
    headers: { "Last-Event-ID": { type: "string", description: "The last event that the client has seen." } },
    responses: {
      200: {
        description: "Events whose data is the job.",
        content: { "text/event-stream": { schema: { $ref: "#/components/schemas/WatchedJob" } } },
      },
    },
    problems: [404],
  }),
  describe(createJobToken, {
    id: "createJobToken",
    tag: "jobs",
    summary: "Make a token that lets a browser watch the job, and do nothing else",
    body: tokenRequest,
    responses: { 201: { description: "The token.", body: "JobToken" } },
    problems: [404],
  }),
]
