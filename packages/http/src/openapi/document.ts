import { schemas } from "./schemas.ts"

const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "1 to 255 visible ASCII characters, in double quotes or without. For 24 hours a request with the same key and body stores nothing and gets the first response again. Failed requests aren't remembered.",
  schema: { type: "string" },
  example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
}

const rangeParameters = [
  queryParameter("since", "ISO 8601. Default: an hour before `until`.", { type: "string" }),
  queryParameter("until", "ISO 8601. Default: now.", { type: "string" }),
]
const stepParameter = queryParameter(
  "step",
  "How long a step is, as `10m`: whole minutes or, from an hour on, whole hours. Default: one with which there are at most 150.",
  { type: "string" },
)
const nameParameter = queryParameter("name", "Only jobs of this name.", schemas.JobFilter.properties.name)
const queueParameter = queryParameter("queue", "Only jobs of this queue.", schemas.JobFilter.properties.queue)

/** The OpenAPI 3.1 description of the API. */
export const openApiDocument = {
  openapi: "3.1.1",
  info: {
    title: "Sluice",
    version: "1",
    description:
      "Enqueue jobs and read their outcome. A request body may have up to 2 MiB. Numbers that JavaScript would round or turn into Infinity, such as 64-bit ids, are refused: send them as text. Errors are `application/problem+json` (RFC 9457). Every response has the header `x-correlation-id`: the request's, or a new one; the log, the jobs and their logs carry it too.",
    license: { name: "MIT", identifier: "MIT" },
  },
  servers: [{ url: "/" }],
  security: [{ key: [] }],
  tags: [
    { name: "jobs" },
    { name: "batches" },
    { name: "workflows" },
    { name: "queues" },
    { name: "pauses" },
    { name: "limits" },
    { name: "schedules" },
    { name: "waits" },
    { name: "events" },
    { name: "measures" },
    { name: "service" },
  ],
  paths: {
    "/v1/jobs": {
      get: {
        operationId: "listJobs",
        tags: ["jobs"],
        summary: "List jobs, the newest first: those that are unfinished, then the history",
        parameters: [
          queryParameter("state", "The jobs in one of these states.", schemas.JobFilter.properties.state),
          queryParameter("name", "The jobs of one of these names.", schemas.JobFilter.properties.name),
          queryParameter("queue", "The jobs of one of these queues.", schemas.JobFilter.properties.queue),
          queryParameter("tag", "The jobs with this tag.", schemas.JobFilter.properties.tag),
          queryParameter("batch", "The jobs of this batch.", schemas.JobFilter.properties.batch),
          ...(["key", "uniqueKey", "concurrencyKey", "errorClass", "since", "until"] as const).map(
            (condition) =>
              queryParameter(
                condition,
                `As \`${condition}\` of JobFilter.`,
                schemas.JobFilter.properties[condition],
              ),
          ),
          ...(["enqueuedBefore", "enqueuedAfter"] as const).map((condition) =>
            queryParameter(
              condition,
              `As \`${condition}\` of JobFilter.`,
              schemas.JobFilter.properties[condition],
            ),
          ),
          queryParameter("input", "A path and a value in the payload, such as `order.id:17`.", {
            type: "string",
          }),
          queryParameter("limit", "How many at most. Default 50.", {
            type: "integer",
            minimum: 1,
            maximum: 1_000,
          }),
          queryParameter("after", "The `next` of the previous response, to read the following page.", {
            type: "string",
          }),
        ],
        responses: {
          200: {
            description:
              "The jobs, without payloads, results and errors. A response may have fewer than `limit`, and `next`, because it looks for up to 2 seconds.",
            content: json("JobList"),
          },
          ...problems(401, 422, 500, 503),
        },
      },
      post: {
        operationId: "enqueue",
        tags: ["jobs"],
        summary: "Enqueue one job",
        parameters: [idempotencyKey],
        requestBody: { required: true, content: json("JobRequest") },
        responses: {
          201: {
            description: "The job is stored.",
            headers: { location: { description: "Where to read the job.", schema: { type: "string" } } },
            content: json("Enqueued"),
          },
          200: {
            description:
              "A job with the same unique or idempotency key exists; this is its id, and what became of it.",
            headers: { location: { description: "Where to read the job.", schema: { type: "string" } } },
            content: json("Enqueued"),
          },
          ...problems(400, 401, 409, 413, 415, 422, 429, 500, 503),
        },
      },
    },
    "/v1/jobs/batch": {
      post: {
        operationId: "enqueueMany",
        tags: ["jobs"],
        summary: "Enqueue many jobs: all of them or, when one is invalid, none",
        parameters: [idempotencyKey],
        requestBody: { required: true, content: json("BatchRequest") },
        responses: {
          201: {
            description: "All jobs are stored. The results are in the order of the request.",
            content: json("BatchEnqueued"),
          },
          ...problems(400, 401, 409, 413, 415, 422, 429, 500, 503),
        },
      },
    },
    "/v1/jobs/actions": {
      post: {
        operationId: "actOnJobs",
        tags: ["jobs"],
        summary: "Cancel, retry, run, delete, update or erase all jobs that a filter matches",
        requestBody: { required: true, content: json("ActionRequest") },
        responses: {
          200: {
            description:
              "What was done, within 20 seconds. With `next`, jobs may be left: send it as `after` to continue.",
            content: json("ActionResult"),
          },
          ...problems(400, 401, 413, 415, 422, 500, 503),
        },
      },
    },
    "/v1/jobs/{id}": {
      get: {
        operationId: "getJob",
        tags: ["jobs"],
        summary: "Read a job: its state, attempts, result and errors",
        parameters: [
          pathParameter("id", "^[0-9]+$"),
          {
            name: "errorsFrom",
            in: "query",
            description:
              "Position of the first error to return, 0 for the oldest. Default: the last errors are returned.",
            schema: { type: "integer", minimum: 0 },
          },
          {
            name: "wait",
            in: "query",
            description:
              "Respond once the job has finished, or after this many seconds with the job as it is then. Default 0.",
            schema: { type: "number", minimum: 0, maximum: 25 },
          },
        ],
        responses: {
          200: { description: "The job, live or finished.", content: json("Job") },
          ...problems(401, 404, 422, 500, 503),
        },
      },
      patch: {
        operationId: "updateJob",
        tags: ["jobs"],
        summary: "Change a job that waits: all of the changes, or none",
        parameters: [pathParameter("id", "^[0-9]+$")],
        requestBody: { required: true, content: json("JobChanges") },
        responses: {
          200: { description: "The job is changed.", content: json("Job") },
          ...problems(400, 401, 404, 409, 413, 415, 422, 500, 503),
        },
      },
      delete: {
        operationId: "deleteJob",
        tags: ["jobs"],
        summary: "Delete a finished job from the history, with its errors, payload and result",
        parameters: [pathParameter("id", "^[0-9]+$")],
        responses: {
          204: { description: "The job is deleted." },
          ...problems(401, 404, 409, 422, 500, 503),
        },
      },
    },
    "/v1/jobs/{id}/cancel": {
      post: {
        operationId: "cancelJob",
        tags: ["jobs"],
        summary: "Cancel a job",
        parameters: [pathParameter("id", "^[0-9]+$")],
        responses: {
          200: {
            description:
              "The job is canceled; or it is running, is aborted within a second, and is recorded as canceled when it ends.",
            content: json("Job"),
          },
          ...problems(401, 404, 409, 422, 500, 503),
        },
      },
    },
    "/v1/jobs/{id}/events": {
      get: {
        operationId: "watchJob",
        tags: ["jobs"],
        summary: "Watch a job: server-sent events, one for it as it is and one for each change",
        description:
          "With an API key, or with a token that may see this job only. A response lasts up to 20 seconds; the client continues with `Last-Event-ID`. Where the host doesn't stream responses, one ends with its first event.",
        security: [{ key: [] }, { jobToken: [] }],
        parameters: [
          pathParameter("id", "^[0-9]+$"),
          queryParameter("token", "The token, for clients that can't send headers.", { type: "string" }),
          {
            name: "Last-Event-ID",
            in: "header",
            description: "The last event that the client has seen.",
            schema: { type: "string" },
          },
        ],
        responses: {
          200: {
            description: "Events whose data is the job.",
            content: { "text/event-stream": { schema: schemas.WatchedJob } },
          },
          ...problems(401, 404, 422, 500, 503),
        },
      },
    },
    "/v1/jobs/{id}/token": {
      post: {
        operationId: "createJobToken",
        tags: ["jobs"],
        summary: "Make a token that lets a browser watch the job, and do nothing else",
        parameters: [pathParameter("id", "^[0-9]+$")],
        requestBody: { required: false, content: json("JobTokenRequest") },
        responses: {
          201: { description: "The token.", content: json("JobToken") },
          ...problems(400, 401, 404, 413, 415, 422, 500, 503),
        },
      },
    },
    "/v1/jobs/{id}/run": {
      post: {
        operationId: "runJobNow",
        tags: ["jobs"],
        summary: "Make a scheduled job due now",
        parameters: [pathParameter("id", "^[0-9]+$")],
        responses: {
          200: { description: "The job is due.", content: json("Job") },
          ...problems(401, 404, 409, 422, 500, 503),
        },
      },
    },
    "/v1/jobs/{id}/retry": {
      post: {
        operationId: "retryJob",
        tags: ["jobs"],
        summary: "Put a discarded or canceled job back into the queue",
        parameters: [pathParameter("id", "^[0-9]+$")],
        requestBody: { required: false, content: json("RetryRequest") },
        responses: {
          200: { description: "The job is due, with all of its attempts.", content: json("Job") },
          ...problems(400, 401, 404, 409, 413, 415, 422, 500, 503),
        },
      },
    },
    "/v1/batches": {
      post: {
        operationId: "enqueueBatch",
        tags: ["batches"],
        summary: "Enqueue jobs as a batch: all of them or, when one is invalid, none",
        parameters: [idempotencyKey],
        requestBody: { required: true, content: json("NewBatch") },
        responses: {
          201: {
            description: "The batch is stored. Without jobs it has finished.",
            headers: { location: { description: "Where to read the batch.", schema: { type: "string" } } },
            content: json("NewBatchStored"),
          },
          ...problems(400, 401, 404, 409, 413, 415, 422, 429, 500, 503),
        },
      },
    },
    "/v1/batches/{id}": {
      get: {
        operationId: "getBatch",
        tags: ["batches"],
        summary: "Read a batch: its state and counts",
        parameters: [pathParameter("id", "^[0-9]+$")],
        responses: {
          200: { description: "The batch.", content: json("Batch") },
          ...problems(401, 404, 422, 500, 503),
        },
      },
    },
    "/v1/workflows": {
      post: {
        operationId: "enqueueWorkflow",
        tags: ["workflows"],
        summary: "Enqueue a workflow: all of its jobs or, when one is invalid, none",
        parameters: [idempotencyKey],
        requestBody: { required: true, content: json("NewWorkflow") },
        responses: {
          201: {
            description: "The workflow is stored. It is a batch, whose routes retry and cancel it.",
            headers: { location: { description: "Where to read the workflow.", schema: { type: "string" } } },
            content: json("NewWorkflowStored"),
          },
          ...problems(400, 401, 404, 409, 413, 415, 422, 429, 500, 503),
        },
      },
    },
    "/v1/workflows/{id}": {
      get: {
        operationId: "getWorkflow",
        tags: ["workflows"],
        summary: "Read a workflow: its state, and that of each step",
        parameters: [pathParameter("id", "^[0-9]+$")],
        responses: {
          200: { description: "The workflow.", content: json("Workflow") },
          ...problems(401, 404, 422, 500, 503),
        },
      },
    },
    "/v1/workflows/{id}/mermaid": {
      get: {
        operationId: "drawWorkflow",
        tags: ["workflows"],
        summary: "Read a workflow as a flowchart in Mermaid's language",
        parameters: [pathParameter("id", "^[0-9]+$")],
        responses: {
          200: { description: "The flowchart.", content: { "text/plain": { schema: { type: "string" } } } },
          ...problems(401, 404, 422, 500, 503),
        },
      },
    },
    "/v1/batches/{id}/jobs": {
      post: {
        operationId: "addToBatch",
        tags: ["batches"],
        summary: "Add jobs to an open batch",
        parameters: [pathParameter("id", "^[0-9]+$")],
        requestBody: { required: true, content: json("BatchRequest") },
        responses: {
          201: {
            description: "All jobs are added, in the order of the request.",
            content: json("BatchEnqueued"),
          },
          ...problems(400, 401, 404, 409, 413, 415, 422, 429, 500, 503),
        },
      },
    },
    "/v1/batches/{id}/retry": {
      post: {
        operationId: "retryBatch",
        tags: ["batches"],
        summary: "Retry the discarded and canceled jobs of a batch, which is open again",
        parameters: [pathParameter("id", "^[0-9]+$")],
        requestBody: { required: false, content: json("BatchRetryRequest") },
        responses: {
          200: { description: "The batch as it is then.", content: json("BatchChanged") },
          ...problems(400, 401, 404, 413, 415, 422, 500, 503),
        },
      },
    },
    "/v1/batches/{id}/cancel": {
      post: {
        operationId: "cancelBatch",
        tags: ["batches"],
        summary: "Cancel the jobs of a batch that have not ended",
        parameters: [pathParameter("id", "^[0-9]+$")],
        responses: {
          200: { description: "The batch as it is then.", content: json("BatchChanged") },
          ...problems(401, 404, 422, 500, 503),
        },
      },
    },
    "/v1/queues": {
      get: {
        operationId: "listQueues",
        tags: ["queues"],
        summary: "List the queues and their job counts",
        parameters: [
          {
            name: "after",
            in: "query",
            description: "The `next` of the previous response, to read the following page.",
            schema: { type: "string" },
          },
        ],
        responses: {
          200: {
            description: "The queues that have jobs or are paused, ordered by name, up to 1,000.",
            content: json("Queues"),
          },
          ...problems(401, 422, 500, 503),
        },
      },
    },
    "/v1/pauses": {
      get: {
        operationId: "listPauses",
        tags: ["pauses"],
        summary: "List what is paused: queues, job names and concurrency keys",
        responses: {
          200: { description: "The pauses, ordered by kind and target.", content: json("Pauses") },
          ...problems(401, 500, 503),
        },
      },
    },
    "/v1/limits": {
      get: {
        operationId: "listLimits",
        tags: ["limits"],
        summary: "List how many unfinished jobs queues and concurrency keys may have",
        responses: {
          200: { description: "The limits, ordered by kind and target.", content: json("Limits") },
          ...problems(401, 500, 503),
        },
      },
    },
    ...pausePaths("queues", "Queue", "a queue"),
    ...pausePaths("names", "Name", "a job name, in whatever queue"),
    ...pausePaths("keys", "Key", "a concurrency key"),
    "/v1/schedules": {
      get: {
        operationId: "listSchedules",
        tags: ["schedules"],
        summary: "List schedules",
        parameters: [
          queryParameter("after", "Only schedules whose keys come after this one.", { type: "string" }),
          queryParameter("limit", "How many at most. Default 1,000.", {
            type: "integer",
            minimum: 1,
            maximum: 1_000,
          }),
        ],
        responses: {
          200: {
            description: "The schedules, ordered by key, each with its last run.",
            content: json("Schedules"),
          },
          ...problems(401, 422, 500, 503),
        },
      },
    },
    "/v1/schedules/{key}": {
      get: {
        operationId: "getSchedule",
        tags: ["schedules"],
        summary: "Read a schedule, its next five ticks and its last ten runs",
        parameters: [pathParameter("key")],
        responses: {
          200: { description: "The schedule.", content: json("Schedule") },
          ...problems(401, 404, 422, 500, 503),
        },
      },
      put: {
        operationId: "setSchedule",
        tags: ["schedules"],
        summary: "Store a schedule, in place of the one with this key",
        parameters: [pathParameter("key")],
        requestBody: { required: true, content: json("ScheduleRequest") },
        responses: {
          200: { description: "The schedule.", content: json("Schedule") },
          ...problems(400, 401, 409, 413, 415, 422, 500, 503),
        },
      },
      delete: {
        operationId: "deleteSchedule",
        tags: ["schedules"],
        summary: "Delete a schedule; its jobs stay",
        parameters: [pathParameter("key")],
        responses: {
          204: { description: "It is deleted." },
          ...problems(401, 404, 409, 422, 500, 503),
        },
      },
    },
    "/v1/schedules/{key}/run": {
      post: {
        operationId: "runSchedule",
        tags: ["schedules"],
        summary: "Enqueue a job of the schedule now",
        parameters: [pathParameter("key")],
        responses: {
          200: { description: "The schedule, with `jobId`, the job's id.", content: json("Schedule") },
          ...problems(401, 404, 422, 429, 500, 503),
        },
      },
    },
    "/v1/schedules/{key}/pause": {
      post: {
        operationId: "pauseSchedule",
        tags: ["schedules"],
        summary: "Pause a schedule: its ticks of this time are dropped",
        parameters: [pathParameter("key")],
        requestBody: { required: false, content: json("PauseRequest") },
        responses: {
          200: { description: "The schedule.", content: json("Schedule") },
          ...problems(400, 401, 404, 413, 415, 422, 500, 503),
        },
      },
    },
    "/v1/schedules/{key}/resume": {
      post: {
        operationId: "resumeSchedule",
        tags: ["schedules"],
        summary: "Resume a schedule",
        parameters: [pathParameter("key")],
        responses: {
          200: { description: "The schedule.", content: json("Schedule") },
          ...problems(401, 404, 422, 500, 503),
        },
      },
    },
    ...limitPaths("queues", "Queue", "a queue"),
    ...limitPaths("keys", "Key", "a concurrency key"),
    "/v1/waits/{token}": {
      post: {
        operationId: "completeWait",
        tags: ["waits"],
        summary: "Complete a token for which a job waits: the job runs again, and gets the value",
        parameters: [pathParameter("token")],
        requestBody: { required: false, content: json("CompleteWaitRequest") },
        responses: {
          200: { description: "It is completed, by this request.", content: json("CompletedWait") },
          ...problems(400, 401, 404, 409, 413, 415, 422, 500, 503),
        },
      },
    },
    "/v1/events/{name}": {
      post: {
        operationId: "emitEvent",
        tags: ["events"],
        summary:
          "Emit an event: jobs that subscribe to it are enqueued, and those that wait for it run again",
        parameters: [pathParameter("name"), idempotencyKey],
        requestBody: { required: false, content: json("EmitRequest") },
        responses: {
          200: {
            description: "What it has done. An event that nobody subscribes to does nothing.",
            content: json("Emitted"),
          },
          ...problems(400, 401, 409, 413, 415, 422, 429, 500, 503),
        },
      },
    },
    "/v1/throughput": {
      get: {
        operationId: "getThroughput",
        tags: ["measures"],
        summary: "Read how many executions there were, how they ended, and how long they took",
        parameters: [...rangeParameters, stepParameter, nameParameter, queueParameter],
        responses: {
          200: {
            description: "Points for each step, and all of them together.",
            content: json("Throughput"),
          },
          ...problems(401, 422, 500, 503),
        },
      },
    },
    "/v1/series": {
      get: {
        operationId: "listSeries",
        tags: ["measures"],
        summary: "Read how many executions there were in each step, for each queue or each job name",
        parameters: [
          ...rangeParameters,
          stepParameter,
          queryParameter("by", "What each series is of. Default `queue`.", {
            type: "string",
            enum: ["queue", "name"],
          }),
        ],
        responses: {
          200: { description: "The series, ordered by queue or name.", content: json("SeriesList") },
          ...problems(401, 422, 500, 503),
        },
      },
    },
    "/v1/names": {
      get: {
        operationId: "listNames",
        tags: ["measures"],
        summary: "Read what the executions of each job name came to",
        parameters: [...rangeParameters, queueParameter],
        responses: {
          200: {
            description: "The job names with executions in this time, ordered.",
            content: json("NameList"),
          },
          ...problems(401, 422, 500, 503),
        },
      },
    },
    "/v1/forecast": {
      get: {
        operationId: "getForecast",
        tags: ["measures"],
        summary: "Read when the backlog will be drained",
        responses: {
          200: { description: "As it goes on if it goes on like this.", content: json("Forecast") },
          ...problems(401, 500, 503),
        },
      },
    },
    "/v1/deployments": {
      get: {
        operationId: "listDeployments",
        tags: ["measures"],
        summary: "Read when drainers of a new version of the app first opened",
        parameters: rangeParameters,
        responses: {
          200: { description: "The versions, the oldest first.", content: json("DeploymentList") },
          ...problems(401, 422, 500, 503),
        },
      },
    },
    "/v1/health": {
      get: {
        operationId: "getHealth",
        tags: ["measures"],
        summary: "Check the queue: whether it is healthy, late or failing, and why",
        responses: {
          200: { description: "It is healthy or late.", content: json("Verdict") },
          ...problems(401, 500),
          503: {
            description: "It is failing; or, as a problem, the database does not respond.",
            content: {
              ...json("Verdict"),
              "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
            },
          },
        },
      },
    },
    "/metrics": {
      get: {
        operationId: "metrics",
        tags: ["measures"],
        summary: "Read metrics in Prometheus's text format",
        responses: {
          200: { description: "The metrics.", content: { "text/plain": { schema: { type: "string" } } } },
          ...problems(401, 500, 503),
        },
      },
    },
    "/health": {
      get: {
        operationId: "health",
        tags: ["service"],
        summary: "Check the API; with `deep` and the key, the database too",
        security: [{}, { key: [] }],
        parameters: [
          {
            name: "deep",
            in: "query",
            description: "With any value, the database is checked too, which requires the key.",
            schema: { type: "string" },
          },
        ],
        responses: {
          200: { description: "All is well.", content: json("Health") },
          ...problems(401, 500, 503),
        },
      },
    },
    "/openapi.json": {
      get: {
        operationId: "openapi",
        tags: ["service"],
        summary: "This document",
        security: [],
        responses: {
          200: {
            description: "This document.",
            content: { "application/json": { schema: { type: "object" } } },
          },
        },
      },
    },
  },
  components: {
    securitySchemes: {
      key: { type: "http", scheme: "bearer", description: "The value of SLUICE_API_KEY." },
      jobToken: { type: "http", scheme: "bearer", description: "A token that may see one job." },
    },
    schemas,
    responses: {
      400: problem("The body is not valid JSON."),
      401: problem("The key is missing or wrong.", {
        "www-authenticate": { description: "How to authenticate.", schema: { type: "string" } },
      }),
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
        "The queue or concurrency key has as many unfinished jobs as its waiting limit. Nothing is stored.",
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
    },
  },
} as const

function json(schema: keyof typeof schemas) {
  return { "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } }
}

function problem(description: string, headers: Record<string, unknown> = {}) {
  return {
    description,
    headers,
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  }
}

function problems(...statuses: number[]) {
  return Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${status}` }]))
}

function queryParameter(name: string, description: string, schema: object) {
  return { name, in: "query", description, schema }
}

function pausePaths(kind: string, noun: string, what: string) {
  return {
    [`/v1/${kind}/{name}/pause`]: {
      post: {
        operationId: `pause${noun}`,
        tags: ["pauses"],
        summary: `Pause ${what}: its jobs are not started, but more can be enqueued`,
        parameters: [pathParameter("name")],
        requestBody: { required: false, content: json("PauseRequest") },
        responses: {
          200: { description: "It is paused.", content: json("Paused") },
          ...problems(400, 401, 413, 415, 422, 500, 503),
        },
      },
    },
    [`/v1/${kind}/{name}/resume`]: {
      post: {
        operationId: `resume${noun}`,
        tags: ["pauses"],
        summary: `Resume ${what}`,
        parameters: [pathParameter("name")],
        responses: {
          200: { description: "It is not paused.", content: json("Paused") },
          ...problems(401, 422, 500, 503),
        },
      },
    },
  }
}

function limitPaths(kind: string, noun: string, what: string) {
  return {
    [`/v1/${kind}/{name}/limits`]: {
      put: {
        operationId: `limit${noun}`,
        tags: ["limits"],
        summary: `Limit how many unfinished jobs ${what} may have`,
        parameters: [pathParameter("name")],
        requestBody: { required: true, content: json("WaitingLimits") },
        responses: {
          200: { description: "The limit, which holds from now on.", content: json("Limited") },
          ...problems(400, 401, 413, 415, 422, 500, 503),
        },
      },
    },
  }
}

function pathParameter(name: string, pattern?: string) {
  return {
    name,
    in: "path",
    required: true,
    schema: { type: "string", ...(pattern !== undefined && { pattern }) },
  }
}
