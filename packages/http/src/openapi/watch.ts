import { createJobToken, watchJob } from "../watch/watch-routes.ts"
import { type Described, describe } from "./describe.ts"
import { id, instant, periodUpTo } from "./values.ts"

const ofJob = { id: { type: "string", pattern: id.pattern } }

export const watchSchemas = {
  JobTokenRequest: {
    type: "object",
    additionalProperties: false,
    properties: {
      expiresIn: {
        ...periodUpTo(7 * 86_400),
        description: 'How long it is valid, up to 7 days. Default "1h".',
      },
    },
  },
  JobToken: {
    type: "object",
    required: ["token", "expiresAt"],
    properties: { token: { type: "string" }, expiresAt: instant },
  },
}

export const watchOperations: readonly Described[] = [
  describe(watchJob, {
    id: "watchJob",
    tag: "jobs",
    summary: "Watch a job: server-sent events of its state, its progress and its end",
    isKeyOptional: true,
    parameters: {
      ...ofJob,
      token: {
        type: "string",
        format: "job-token",
        description:
          "A token of the job, in place of the key, for `EventSource`, which can't send headers. Others send it as the key.",
      },
    },
    responses: {
      200: {
        description:
          "An event with the job as it is, unless the header `Last-Event-ID` says that it was seen, and then one for each change. The response ends after 20 seconds, or, on a host that doesn't stream, after its first event: connect again.",
        content: { "text/event-stream": { schema: { type: "string" } } },
      },
    },
    problems: [404],
  }),
  describe(createJobToken, {
    id: "createJobToken",
    tag: "jobs",
    summary: "Make a token with which a browser may watch the job, and do nothing else",
    parameters: ofJob,
    body: "JobTokenRequest",
    responses: { 201: { description: "The token.", body: "JobToken" } },
    problems: [404],
  }),
]
