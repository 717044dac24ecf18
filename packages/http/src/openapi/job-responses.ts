import { count, id, instant, instantOrNull, state } from "./values.ts"

export const actionResult = {
  type: "object",
  required: ["matched", "changed", "refused"],
  properties: {
    matched: { type: "integer", minimum: 0 },
    changed: { type: "integer", minimum: 0 },
    refused: {
      type: "array",
      maxItems: 1_000,
      description: "The first of those that were left as they were.",
      items: { type: "object", required: ["id", "code"], properties: { id, code: { type: "string" } } },
    },
    next: { type: "string", description: "Present when jobs may be left: send it as `after`." },
  },
}

const enqueued = {
  type: "object",
  required: ["id", "status", "state"],
  properties: {
    id,
    status: {
      type: "string",
      enum: ["enqueued", "deduplicated", "replaced", "rescheduled"],
      description:
        "If a job with the same unique or idempotency key exists, id is that job's. deduplicated: it stays as it is; replaced: it got the payload and options; rescheduled: it got the time.",
    },
    state: { ...state, description: "The state of the job when it was stored, or found." },
  },
}

const attemptError = {
  type: "object",
  required: ["attempt", "outcome", "rule", "class", "code", "message", "stack", "durationMs", "at"],
  properties: {
    attempt: { type: "integer" },
    outcome: { type: "string", enum: ["retried", "discarded", "canceled", "snoozed", "interrupted"] },
    rule: {
      type: ["string", "null"],
      description: "The rule of the definition that decided; null: its policies.",
    },
    class: { type: "string", description: "The error's class." },
    code: {
      type: ["string", "null"],
      description: "The error's code, if it has one.",
      examples: ["invalid_payload"],
    },
    message: { type: "string" },
    stack: { type: ["string", "null"] },
    durationMs: { type: ["number", "null"] },
    at: { ...instant, description: "When the execution ended." },
    startedAt: { type: ["string", "null"], format: "date-time" },
    waitMs: { type: ["number", "null"], description: "From when the execution was due to its start." },
    drainerId: { type: ["integer", "null"] },
    drainer: { type: ["string", "null"], description: "The drainer's label; null a day after its end." },
  },
}

const execution = {
  type: "object",
  required: [
    "attempt",
    "outcome",
    "startedAt",
    "endedAt",
    "durationMs",
    "waitMs",
    "drainerId",
    "drainer",
    "error",
    "logs",
  ],
  properties: {
    attempt: {
      type: "integer",
      description: "Which attempt it was, counted from the job's last checkpoint.",
    },
    outcome: {
      type: "string",
      enum: ["succeeded", "retried", "discarded", "canceled", "snoozed", "interrupted"],
    },
    startedAt: { type: ["string", "null"], format: "date-time", description: "null if its drainer died." },
    endedAt: instant,
    durationMs: { type: ["number", "null"] },
    waitMs: { type: ["number", "null"], description: "From when the execution was due to its start." },
    drainerId: { type: ["integer", "null"] },
    drainer: { type: ["string", "null"], description: "The drainer's label; null a day after its end." },
    error: {
      type: ["object", "null"],
      required: ["class", "code", "message"],
      properties: {
        class: { type: "string" },
        code: { type: ["string", "null"] },
        message: { type: "string" },
      },
    },
    logs: {
      type: ["array", "null"],
      items: {
        type: "object",
        required: ["at", "level", "message"],
        properties: { at: instant, level: { type: "string" }, message: { type: "string" } },
      },
      description: "The last lines that it has logged; null unless the definition keeps logs.",
    },
  },
}

const retry = {
  type: "object",
  required: ["at", "by", "state", "finishedAt", "attempts"],
  properties: {
    at: { ...instant, description: "When the job was put back into the queue." },
    by: { type: ["string", "null"], description: "Who asked for it." },
    state: { type: "string", enum: ["discarded", "canceled"], description: "How it had ended." },
    finishedAt: instant,
    attempts: { type: "integer", minimum: 0, description: "Attempts that it had used up." },
  },
}

export const reason = {
  type: ["string", "null"],
  enum: ["expired", "parent_failed", null],
  description:
    "Why it was canceled: it had not begun in time, or a job after which it was to run has failed. null: somebody asked for it.",
}

const jobProperties = {
  id,
  name: { type: "string" },
  queue: { type: "string" },
  priority: { type: "integer" },
  state,
  reason,
  payload: { description: "null if it is in the app's store of payloads and the API has no access to that." },
  payloadKey: { type: ["string", "null"], description: "Its key in that store." },
  payloadKept: {
    type: "boolean",
    description: "false once the job has finished, if its definition keeps no payloads: it can't be retried.",
  },
  attempts: { type: "integer", minimum: 0, description: "Attempts used up since the last checkpoint." },
  maxAttempts: { type: ["integer", "null"], description: "null: the definition decides." },
  runAt: instant,
  expiresAt: { type: ["string", "null"], format: "date-time" },
  enqueuedAt: instant,
  startedAt: { type: ["string", "null"], format: "date-time" },
  finishedAt: { type: ["string", "null"], format: "date-time" },
  durationMs: { type: ["number", "null"], description: "Duration of the last execution." },
  result: { description: "The value that perform returned; null before." },
  resultKey: {
    type: ["string", "null"],
    description: "Its key in the app's store of payloads, if it is there.",
  },
  progress: {
    type: ["object", "null"],
    required: ["percent", "text", "at"],
    properties: {
      percent: { type: "number", minimum: 0, maximum: 100 },
      text: { type: ["string", "null"] },
      at: instant,
    },
    description: "How far the job says that it is; null when it has said nothing, and when it has finished.",
  },
  errors: {
    type: "array",
    items: attemptError,
    description: "The last failed executions, the oldest first: up to 50, and up to 256 KiB.",
  },
  errorCount: { type: "integer", minimum: 0, description: "Number of all failed executions." },
  executions: {
    type: "array",
    items: execution,
    description:
      "The executions of errors, the one that has succeeded, and those that were put back and whose logs are kept, the oldest first.",
  },
  retries: {
    type: "array",
    items: retry,
    description: "How it ended each time before it was retried, the oldest first: up to 50.",
  },
  tags: { type: "array", items: { type: "string" } },
  metadata: { type: "object" },
  uniqueKey: { type: ["string", "null"] },
  concurrencyKey: { type: ["string", "null"], description: "The first of concurrencyKeys." },
  concurrencyKeys: { type: "array", items: { type: "string" } },
  fairKey: { type: ["string", "null"] },
  batchId: { type: ["string", "null"], description: "The batch that it is one of." },
  after: { type: "array", items: id, description: "The jobs after which it runs." },
  failedParent: {
    type: ["string", "null"],
    description: "With the reason parent_failed, the first of these that failed.",
  },
  rateKey: { type: ["string", "null"], description: "null once the job has finished." },
  blockedBy: {
    type: ["string", "null"],
    enum: ["concurrency", "order", "rate", "pause", null],
    description:
      "Why a job is blocked: a concurrency key is full, an earlier job of its key has to run first (order), its rate is used up, or its queue is paused.",
  },
  waitsFor: {
    type: ["string", "null"],
    description:
      "The concurrency key, or the key of its rate, that keeps a blocked job back; null if its queue or name is paused.",
  },
  waits: {
    type: "array",
    items: {
      type: "object",
      required: ["token", "event", "batchId", "until"],
      properties: {
        token: { type: ["string", "null"] },
        event: { type: ["string", "null"] },
        batchId: { type: ["string", "null"], description: "Of jobs that it has enqueued and waits for." },
        until: { type: "string", format: "date-time", description: "When the wait times out." },
      },
    },
    description:
      "What a waiting job waits for, the first to time out first: tokens, events, and jobs that it has enqueued.",
  },
}

const job = { type: "object", required: Object.keys(jobProperties), properties: jobProperties }

const {
  payload: _payload,
  payloadKey: _payloadKey,
  payloadKept: _payloadKept,
  result: _result,
  resultKey: _resultKey,
  progress: _progress,
  rateKey: _rateKey,
  fairKey: _fairKey,
  blockedBy: _blockedBy,
  waitsFor: _waitsFor,
  waits: _waits,
  after: _after,
  failedParent: _failedParent,
  errors: _errors,
  errorCount: _errorCount,
  executions: _executions,
  retries: _retries,
  ...listedProperties
} = jobProperties

const jobList = {
  type: "object",
  required: ["jobs"],
  properties: {
    jobs: {
      type: "array",
      items: { type: "object", required: Object.keys(listedProperties), properties: listedProperties },
    },
    next: { type: "string", description: "Present when more jobs may follow: send it as `after`." },
  },
}

const jobCount = {
  count,
  hasMore: {
    type: "boolean",
    description: "Whether there may be more, because the count was ended by its limit or its time.",
  },
}

const jobCounts = {
  type: "object",
  required: ["count", "hasMore", "states"],
  properties: {
    ...jobCount,
    states: {
      type: "object",
      required: state.enum,
      properties: Object.fromEntries(
        state.enum.map((one) => [
          one,
          { type: "object", required: ["count", "hasMore"], properties: jobCount },
        ]),
      ),
    },
  },
}

const holder = {
  type: "object",
  required: ["backendPid", "drainerId", "drainer", "drainerStartedAt", "since"],
  properties: {
    backendPid: { type: "integer", description: "The process of the session in Postgres." },
    drainerId: { type: ["string", "null"], description: "null, as are the others: it is no drainer's." },
    drainer: { type: ["string", "null"], description: "What it is called: on Lambda, the request id." },
    drainerStartedAt: instantOrNull,
    since: { ...instantOrNull, description: "When the drainer claimed the job." },
  },
}

const relatedJobs = {
  type: "array",
  description: "Up to 100 of which something is known.",
  items: {
    type: "object",
    required: ["id", "name", "state"],
    properties: { id, name: { type: "string" }, state },
  },
}

const relatives = {
  type: "object",
  required: ["parents", "parentCount", "children", "childCount", "carrier"],
  properties: {
    parents: relatedJobs,
    parentCount: count,
    children: relatedJobs,
    childCount: count,
    carrier: {
      type: ["object", "null"],
      additionalProperties: { type: "string" },
      description:
        "The correlation id and the trace context of its enqueue. null once it has finished, or if it has none.",
    },
  },
}

export const jobResponseSchemas = {
  ActionResult: actionResult,
  Enqueued: enqueued,
  EnqueuedOne: {
    ...enqueued,
    properties: {
      ...enqueued.properties,
      token: { type: "string", description: "A token for `GET /v1/jobs/{id}/events`, if it was asked for." },
      tokenExpiresAt: instant,
    },
  },
  BatchEnqueued: {
    type: "object",
    required: ["jobs"],
    properties: { jobs: { type: "array", items: { $ref: "#/components/schemas/Enqueued" } } },
  },
  Job: job,
  JobList: jobList,
  JobCounts: jobCounts,
  JobHolder: holder,
  JobRelatives: relatives,
}
