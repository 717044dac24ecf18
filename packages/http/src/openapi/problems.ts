import { id } from "./values.ts"

const problemSchema = {
  type: "object",
  description: "RFC 9457.",
  required: ["type", "title", "status", "code", "detail"],
  properties: {
    type: { type: "string", format: "uri-reference", examples: ["about:blank"] },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string", description: "What happened, with which value, and what to do." },
    code: { type: "string", description: "Stable, for programs.", examples: ["unknown_job"] },
    index: { type: "integer", minimum: 0, description: "Position of the offending job in a batch." },
    jobId: { ...id, description: "The job that is in the way." },
    instance: {
      type: "string",
      format: "uri-reference",
      description: "Identifies this occurrence in the server's log.",
    },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["pointer", "message"],
        properties: {
          pointer: {
            type: "string",
            description: "JSON pointer to the invalid part of the request.",
            examples: ["/payload/url"],
          },
          message: { type: "string" },
        },
      },
    },
  },
}

export const problemSchemas = { Problem: problemSchema }

/** The problems that operations refer to, by status. */
export const problemResponses = {
  400: problem("The body is not valid JSON."),
  401: problem("The key is missing or wrong.", {
    "www-authenticate": { description: "How to authenticate.", schema: { type: "string" } },
  }),
  403: problem(
    "The role of the key doesn't allow it, or the key is limited to other names or queues. Nothing is changed.",
  ),
  404: problem("There is no such job, batch or workflow."),
  409: problem(
    "The state of the job doesn't allow it, the batch has finished, another job has its unique key, or a request with this Idempotency-Key is in progress; `code` says which. Nothing is changed.",
    {
      "retry-after": {
        description: "Seconds to wait, while a request is in progress.",
        schema: { type: "string" },
      },
    },
  ),
  413: problem(
    "The body (2 MiB), the batch (10,000 jobs, 64 MiB with numbers written out), a payload (256 KiB, unless the app has a store of payloads) or metadata (64 KiB) is too large. Nothing is stored.",
  ),
  415: problem("The content type is not application/json."),
  422: problem(
    "The request is invalid; `errors` lists up to 20 places. Or its Idempotency-Key belongs to another request. Nothing is stored.",
  ),
  429: problem(
    "The queue or concurrency key has as many unfinished jobs as its waiting limit, or the key has sent too many requests. Nothing is stored.",
    {
      "retry-after": { description: "Seconds to wait.", schema: { type: "string" } },
    },
  ),
  500: problem("Something failed on the server, or its key is not set."),
  503: problem(
    "The database or the store of payloads can't be reached, or the schema is missing or older than the code.",
    {
      "retry-after": {
        description: "Seconds to wait, when waiting may help.",
        schema: { type: "string" },
      },
    },
  ),
}

function problem(description: string, headers: Record<string, unknown> = {}) {
  return {
    description,
    headers,
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  }
}
