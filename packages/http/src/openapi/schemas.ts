// The requests and responses as JSON Schema 2020-12.

const id = {
  type: "string",
  pattern: "^[0-9]+$",
  description: "The job's id: a decimal number as text, because it may exceed the precision of a double.",
  examples: ["4711"],
}

const state = {
  type: "string",
  enum: ["scheduled", "ready", "blocked", "waiting", "running", "succeeded", "discarded", "canceled"],
}

const batchId = { type: "string", pattern: "^[1-9][0-9]{0,17}$", examples: ["42"] }

const instant = { type: "string", format: "date-time" }

const duration = {
  description: 'A number of seconds, or text such as "500ms", "30s", "5m", "1h30m" or "2d".',
  oneOf: [
    { type: "number", minimum: 0 },
    { type: "string", pattern: "^([0-9]{1,15}(\\.[0-9]{1,15})?(ms|s|m|h|d)){1,10}$" },
  ],
  examples: ["5m"],
}

const name = { type: "string", pattern: "^[A-Za-z0-9._/:-]{1,128}$" }

/** Lengths are in code points, as in JSON Schema. */
const key = { type: "string", minLength: 1, maxLength: 512 }

const parents = {
  type: ["string", "array"],
  minLength: 1,
  maxLength: 128,
  maxItems: 1_000,
  items: { type: "string", minLength: 1, maxLength: 128 },
}

const step = { type: "string", minLength: 1, maxLength: 128 }

const jobRequest = {
  type: "object",
  required: ["name"],
  additionalProperties: false,
  properties: {
    name: { ...name, description: "The name of a job definition.", examples: ["webhook"] },
    payload: {
      description:
        "JSON that matches the definition's input schema, up to 256 KiB with numbers written out, and up to 1,000 levels deep. Default {}.",
      default: {},
    },
    options: { $ref: "#/components/schemas/EnqueueOptions" },
  },
}

const unique = {
  type: "object",
  additionalProperties: false,
  description:
    "Stores no second job that is the same. What it leaves open is as the definition says. Not beside uniqueKey.",
  properties: {
    key: {
      ...key,
      description: "Which jobs of the name are the same. Default: those with the same payload.",
    },
    while: {
      type: "string",
      enum: ["waiting", "unfinished"],
      description:
        'How long the key is taken: until a drainer takes the job, or until it has finished. Default "unfinished", and "waiting" to replace or reschedule.',
    },
    for: { ...duration, description: "How long it is taken at least, from the enqueue on." },
    onConflict: {
      type: "string",
      enum: ["keep", "replace", "reschedule", "reject"],
      description:
        "keep: the job that is there is returned. replace: it gets the payload and options. reschedule: it gets the time. reject: 409. Default keep.",
    },
    longestWait: {
      ...duration,
      description: "How long after its first enqueue it is due at the latest, however often it is changed.",
    },
  },
}

const enqueueOptions = {
  type: "object",
  additionalProperties: false,
  properties: {
    queue: { ...name, description: 'Default: the definition\'s queue, else "default".' },
    priority: {
      type: "integer",
      minimum: -1_000_000_000,
      maximum: 1_000_000_000,
      description: "A smaller number runs first. Default 0.",
    },
    runAt: {
      ...instant,
      description:
        "When the job is due, between the years 1970 and 9999; digits beyond the millisecond are dropped. Default: now.",
    },
    delay: {
      ...duration,
      description: 'Instead of runAt: the time until the job is due. Seconds, or text such as "5m".',
    },
    expiresIn: {
      ...duration,
      description: "How long after it is due the job may wait for its first execution; then it is canceled.",
    },
    expiresAt: { ...instant, description: "Instead of expiresIn: when it is canceled unless it has begun." },
    maxAttempts: {
      type: "integer",
      minimum: 1,
      maximum: 1_000,
      description: "Executions that may fail before the job is discarded. Default 10.",
    },
    timeout: { ...duration, description: 'Time limit of one execution. Default "1m".' },
    unique,
    uniqueKey: {
      ...key,
      description:
        "Short for unique with this key: at most one unfinished job of this name can have this key; further ones are deduplicated.",
    },
    idempotencyKey: {
      ...key,
      description:
        "Sending this key again returns the first job, even after it has finished. Kept for 24 hours.",
    },
    concurrencyKey: {
      ...key,
      description:
        "At most concurrencyLimit jobs with this key run at the same time; the others are blocked. Replaces the key of the definition's first limit.",
    },
    concurrencyLimit: {
      type: "integer",
      minimum: 1,
      maximum: 1_000_000,
      description:
        "Default: that of the definition's first limit, else 1. The limit that was enqueued last applies to all jobs with the key.",
    },
    concurrencyOrder: {
      type: "string",
      enum: ["priority", "enqueued"],
      description:
        "enqueued: the jobs of the key run one at a time, in the order of their enqueue. Default: as the definition's first limit says, else priority.",
    },
    concurrencyOnRetry: {
      type: "string",
      enum: ["hold", "pass"],
      description:
        "With the order enqueued: whether the jobs behind this one wait while it waits for a retry, or run meanwhile. Default: as the definition's first limit says, else hold.",
    },
    rateKey: {
      ...key,
      description: "Jobs with this key share the rate of the definition, or `rate`; the others are blocked.",
    },
    fairKey: { ...key, description: "Jobs with different keys take turns." },
    fairWeight: {
      type: "integer",
      minimum: 1,
      maximum: 1_000,
      description: "How many jobs of the key make up a turn. Default 1.",
    },
    after: {
      ...parents,
      description:
        "The job, or the jobs, after which this one runs: it is waiting until all of them have ended. In a workflow also the names of its steps.",
    },
    onParentFailure: {
      type: "string",
      enum: ["fail", "continue", "wait"],
      description:
        "What becomes of it if one of these is discarded or canceled. fail: it is canceled. continue: it runs all the same. wait: it waits until that one was retried and has succeeded. Default fail.",
    },
    rate: {
      type: "object",
      additionalProperties: false,
      required: ["limit", "per"],
      properties: {
        limit: {
          type: "integer",
          minimum: 1,
          maximum: 1_000_000,
          description: "In no window of the length `per` do more jobs with the key start.",
        },
        per: { ...duration, description: 'From "1s" to "31d".' },
        burst: {
          type: "integer",
          minimum: 1,
          maximum: 1_000_000,
          description:
            "How many may start at once, up to `limit`; the others follow evenly. Default: `limit`.",
        },
      },
      description:
        "Default: the definition's. The rate that was enqueued last applies to all jobs with the key. Without a key, the job's name is one.",
    },
    tags: { type: "array", maxItems: 100, items: { type: "string", minLength: 1, maxLength: 128 } },
    metadata: { type: "object", description: "Up to 64 KiB, measured like the payload." },
  },
}

const { queue: queueOption, priority, runAt, delay, tags, metadata } = enqueueOptions.properties

const jobChanges = {
  type: "object",
  additionalProperties: false,
  properties: {
    runAt: { ...runAt, description: "When the job is due." },
    delay,
    priority: { ...priority, description: "A smaller number runs first." },
    queue: { ...queueOption, description: "Another queue." },
    payload: { description: "JSON in place of the payload, held to the definition's input schema." },
    tags,
    metadata,
  },
}

/** One of these, or a list of which one applies. */
function oneOrSome<Schema extends object>(schema: Schema) {
  return { oneOf: [schema, { type: "array", minItems: 1, maxItems: 100, items: schema }] }
}

const jobFilter = {
  type: "object",
  additionalProperties: false,
  minProperties: 1,
  description: "The jobs to which all of it applies.",
  properties: {
    ids: { type: "array", maxItems: 10_000, items: id },
    state: oneOrSome(state),
    name: oneOrSome(name),
    queue: oneOrSome(name),
    tag: { type: "string", minLength: 1, maxLength: 128, description: "One of the job's tags." },
    metadata: { type: "object", description: "What the job's metadata contains." },
    uniqueKey: key,
    concurrencyKey: key,
    key: { ...key, description: "The unique key, or one of the concurrency keys." },
    errorClass: { ...key, description: "The name of an error with which one of its executions has failed." },
    input: {
      description: "What the payload has at a path, whose keys have dots between them.",
      oneOf: [
        { type: "string", minLength: 3, maxLength: 2_049, examples: ["order.id:17"] },
        {
          type: "object",
          required: ["path", "value"],
          additionalProperties: false,
          properties: {
            path: { type: "string", minLength: 1, maxLength: 1_024 },
            value: { type: ["string", "number", "boolean", "null"] },
          },
        },
      ],
    },
    batch: { ...batchId, description: "The id of the batch that the job is one of." },
    enqueuedBefore: instant,
    enqueuedAfter: { ...instant, description: "Then, or later." },
    since: {
      ...instant,
      description: "It has finished then, or later. If it is unfinished: it was enqueued then, or later.",
    },
    until: { ...instant, description: "The same, before then." },
  },
}

const actionRequest = {
  type: "object",
  required: ["action", "filter"],
  additionalProperties: false,
  properties: {
    action: { type: "string", enum: ["cancel", "retry", "run", "delete", "update", "erase"] },
    filter: { $ref: "#/components/schemas/JobFilter" },
    changes: { $ref: "#/components/schemas/JobChanges" },
    retriedBy: { ...key, description: "Of a retry: who asks for it." },
    dryRun: { type: "boolean", description: "Only counts the jobs that match." },
    after: { type: "string", description: "The `next` of the previous response." },
  },
}

const actionResult = {
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

const reason = {
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

const count = { type: "integer", minimum: 0 }

const queue = {
  type: "object",
  required: [
    "name",
    "paused",
    "pausedUntil",
    "waitingLimit",
    "ready",
    "scheduled",
    "blocked",
    "running",
    "oldestReadyAt",
  ],
  properties: {
    name: { type: "string" },
    paused: { type: "boolean", description: "Jobs of a paused queue are not started; running ones may end." },
    pausedUntil: {
      type: ["string", "null"],
      format: "date-time",
      description: "When the pause ends by itself; null: when it is resumed, or it is not paused.",
    },
    waitingLimit: {
      type: ["integer", "null"],
      description: "How many unfinished jobs it may have; null: any number.",
    },
    ready: count,
    scheduled: count,
    blocked: count,
    running: count,
    oldestReadyAt: { type: ["string", "null"], format: "date-time" },
  },
}

const waitingLimits = {
  type: "object",
  additionalProperties: false,
  properties: {
    waiting: {
      type: "integer",
      minimum: 1,
      maximum: 1_000_000,
      description: "How many jobs may wait, be scheduled or run; without it, any number.",
    },
  },
}

const limited = {
  type: "object",
  required: ["name", "waiting"],
  properties: { name: { type: "string" }, waiting: { type: ["integer", "null"] } },
}

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

const emitRequest = {
  type: "object",
  additionalProperties: false,
  properties: {
    payload: { description: "Any JSON but null, up to 256 KiB: the payload of each job. Default `{}`." },
    idempotencyKey: {
      ...key,
      description: "Another emit of the event with this key, within 24 hours, does nothing.",
    },
  },
}

const emitted = {
  type: "object",
  required: ["jobs", "resumed"],
  properties: {
    jobs: {
      type: "array",
      items: { type: "string" },
      description: "The ids of the jobs that it has enqueued.",
    },
    resumed: { ...count, description: "How many jobs that waited for it go on." },
  },
}

const pauseRequest = {
  type: "object",
  additionalProperties: false,
  description: "When the pause ends by itself. Without either, it lasts until it is resumed.",
  properties: {
    until: { ...runAt, description: "The instant at which it ends." },
    for: { ...delay, description: "How long it lasts, instead of `until`." },
  },
}

const pauses = {
  type: "object",
  required: ["pauses"],
  properties: {
    pauses: {
      type: "array",
      items: {
        type: "object",
        required: ["kind", "target", "pausedAt", "until"],
        properties: {
          kind: { enum: ["queue", "name", "key"] },
          target: { type: "string", description: "The queue, job name or concurrency key." },
          pausedAt: { type: "string", format: "date-time" },
          until: {
            type: ["string", "null"],
            format: "date-time",
            description: "When the pause ends by itself; null: when it is resumed.",
          },
        },
      },
    },
  },
}

const limits = {
  type: "object",
  required: ["limits"],
  properties: {
    limits: {
      type: "array",
      items: {
        type: "object",
        required: ["kind", "target", "waiting"],
        properties: {
          kind: { enum: ["queue", "key"] },
          target: { type: "string", description: "The queue or concurrency key." },
          waiting: { type: "integer", minimum: 1, description: "How many unfinished jobs it may have." },
        },
      },
    },
  },
}

const paused = {
  type: "object",
  required: ["name", "paused"],
  properties: { name: { type: "string" }, paused: { type: "boolean" } },
}

const instantOrNull = { type: ["string", "null"], format: "date-time" }

const scheduleRequest = {
  type: "object",
  required: ["name"],
  oneOf: [{ required: ["cron"] }, { required: ["every"] }],
  additionalProperties: false,
  properties: {
    name: { ...name, description: "The name of its jobs." },
    cron: {
      type: "string",
      description:
        "Minute, hour, day of the month, month and weekday, with the second before them if there are six fields; or @hourly, @daily, @weekly, @monthly, @yearly.",
      examples: ["0 3 * * *"],
    },
    every: { ...delay, description: "The time from tick to tick, in place of `cron`. At least a second." },
    timeZone: { type: "string", description: "An IANA time zone. Default UTC.", examples: ["Europe/Berlin"] },
    payload: { description: "The payload of each job. Default {}." },
    options: { type: "object", description: "The options of each enqueue, as for `POST /v1/jobs`." },
    jitter: { ...delay, description: "Enqueues each job up to this long after its tick. Up to a day." },
    startsAt: { ...runAt, description: "No tick is before it." },
    endsAt: { ...runAt, description: "No tick is after it." },
    catchUp: {
      description: "What becomes of ticks that were missed because nobody drained. Default once.",
      anyOf: [
        { enum: ["skip", "once", "all"] },
        {
          type: "object",
          required: ["policy"],
          properties: { policy: { enum: ["skip", "once", "all"] }, within: delay },
        },
      ],
    },
    overlap: {
      enum: ["allow", "skip", "queue", "cancel"],
      description: "What becomes of a tick while the job of an earlier one is unfinished. Default allow.",
    },
    enabled: { type: "boolean", description: "Default true." },
  },
}

const schedule = {
  type: "object",
  required: ["key", "name", "timeZone", "overlap", "enabled", "dynamic", "paused", "next", "runs"],
  properties: {
    ...scheduleRequest.properties,
    key: { type: "string" },
    cron: { type: ["string", "null"] },
    every: { type: ["string", "number", "null"] },
    jitter: { type: ["string", "number"] },
    startsAt: instantOrNull,
    endsAt: instantOrNull,
    dynamic: {
      type: "boolean",
      description: "False for one that is defined in code, which can't be changed here.",
    },
    paused: { type: "boolean" },
    pausedUntil: instantOrNull,
    next: {
      type: "array",
      items: { type: "string", format: "date-time" },
      description: "The next five ticks.",
    },
    runs: {
      type: "array",
      description: "The last ticks, the newest first.",
      items: {
        type: "object",
        required: ["tick", "outcome", "jobId", "jobState", "error", "requested"],
        properties: {
          tick: { type: "string", format: "date-time" },
          outcome: { enum: ["enqueued", "deduplicated", "skipped", "missed", "failed"] },
          jobId: { type: ["string", "null"] },
          jobState: { type: ["string", "null"] },
          error: { type: ["string", "null"], description: "Why its job could not be enqueued." },
          requested: { type: "boolean", description: "Whether somebody ran the schedule." },
        },
      },
    },
    jobId: { type: "string", description: "Of a run that was asked for: the job." },
    createdAt: { type: "string", format: "date-time" },
    updatedAt: { type: "string", format: "date-time" },
  },
}

const problem = {
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

const callback = (when: string) => ({
  ...jobRequest,
  description: `Enqueued ${when}, once. It has no unique, uniqueKey or idempotencyKey.`,
})

const batchProperties = {
  id: batchId,
  parent: { type: ["string", "null"], description: "The batch that this one is in." },
  state: {
    type: "string",
    enum: ["open", "succeeded", "failed"],
    description: "open until all jobs have ended; failed if one of them was discarded or canceled.",
  },
  total: { ...count, description: "Its jobs, and the batches in it, each of which counts as one." },
  pending: { ...count, description: "Those that have not ended." },
  succeeded: count,
  discarded: count,
  canceled: count,
  properties: { type: "object" },
  createdAt: instant,
  finishedAt: { type: ["string", "null"], format: "date-time" },
  callbackError: {
    type: ["string", "null"],
    description: "Why its callbacks could not be enqueued; they are tried again after 10 seconds.",
  },
}

const batch = { type: "object", required: Object.keys(batchProperties), properties: batchProperties }

const batchOptions = {
  onFinish: callback("when all jobs have ended"),
  onSuccess: callback("when all jobs have succeeded"),
  onDiscard: callback("when the first job is discarded"),
  properties: { type: "object", description: "For the callbacks. Up to 64 KiB." },
  parent: { ...batchId, description: "An open batch, in which this one counts as one job." },
}

const jobTokenRequest = {
  type: "object",
  additionalProperties: false,
  properties: {
    expiresIn: { ...duration, description: "How long it is valid, up to 7 days. Default `1h`." },
  },
}

const jobToken = {
  type: "object",
  required: ["token", "expiresAt"],
  properties: { token: { type: "string" }, expiresAt: instant },
}

const watchedJob = {
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
}

const percentiles = {
  type: "object",
  required: ["p50", "p95", "p99"],
  properties: {
    p50: { type: ["number", "null"] },
    p95: { type: ["number", "null"] },
    p99: { type: ["number", "null"] },
  },
}

const measured = {
  type: "object",
  required: [
    "executions",
    "succeeded",
    "retried",
    "discarded",
    "canceled",
    "snoozed",
    "interrupted",
    "failureRate",
    "waitMs",
    "runMs",
    "busyMs",
    "gbSeconds",
  ],
  properties: {
    executions: { ...count, description: "All that ended in this time." },
    succeeded: count,
    retried: count,
    discarded: count,
    canceled: count,
    snoozed: count,
    interrupted: count,
    failureRate: {
      type: ["number", "null"],
      description:
        "The share of those that were retried, discarded or interrupted, from 0 to 1; null without executions.",
    },
    waitMs: { ...percentiles, description: "From when jobs were due to their start; within 4.5 %." },
    runMs: { ...percentiles, description: "How long executions took; within 4.5 %." },
    busyMs: count,
    gbSeconds: { type: "number", description: "What Lambda billed for them; 0 elsewhere." },
  },
}

export const schemas = {
  JobTokenRequest: jobTokenRequest,
  JobToken: jobToken,
  WatchedJob: watchedJob,
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
  Throughput: {
    type: "object",
    required: ["since", "until", "stepMs", "points", "total"],
    properties: {
      since: instant,
      until: instant,
      stepMs: count,
      points: {
        type: "array",
        items: {
          type: "object",
          required: ["at", ...measured.required],
          properties: { at: { ...instant, description: "When it begins." }, ...measured.properties },
        },
      },
      total: measured,
    },
  },
  SeriesList: {
    type: "object",
    required: ["since", "until", "stepMs", "series"],
    properties: {
      since: instant,
      until: instant,
      stepMs: count,
      series: {
        type: "array",
        items: {
          type: "object",
          required: ["of", "executions", "failures"],
          properties: {
            of: { type: "string", description: "The queue, or the job name." },
            executions: { type: "array", items: count, description: "Of each step." },
            failures: {
              type: "array",
              items: count,
              description: "Those that were retried, discarded or interrupted.",
            },
          },
        },
      },
    },
  },
  NameList: {
    type: "object",
    required: ["names"],
    properties: {
      names: {
        type: "array",
        items: {
          type: "object",
          required: ["name", "queues", "lastAt", ...measured.required],
          properties: {
            name: { type: "string" },
            queues: { type: "array", items: { type: "string" } },
            lastAt: {
              ...instant,
              description: "When the last of them ended, to the minute, ten minutes or hour.",
            },
            ...measured.properties,
          },
        },
      },
    },
  },
  Forecast: {
    type: "object",
    required: ["ready", "isEstimate", "endedPerMinute", "enqueuedPerMinute", "drainedAt"],
    properties: {
      ready: { ...count, description: "Jobs that are due and not running." },
      isEstimate: { type: "boolean", description: "From 10,000 on." },
      endedPerMinute: { type: "number" },
      enqueuedPerMinute: { type: ["number", "null"] },
      drainedAt: {
        type: ["string", "null"],
        format: "date-time",
        description: "null: not as long as it goes on like this.",
      },
    },
  },
  DeploymentList: {
    type: "object",
    required: ["deployments"],
    properties: {
      deployments: {
        type: "array",
        items: {
          type: "object",
          required: ["version", "at"],
          properties: {
            version: { type: "string" },
            at: { ...instant, description: "When its first drainer opened." },
          },
        },
      },
    },
  },
  Verdict: {
    type: "object",
    required: ["verdict", "reasons", "at"],
    properties: {
      verdict: {
        type: "string",
        enum: ["healthy", "late", "failing"],
        description: "`late`: jobs wait too long. `failing`: they fail, or nothing performs them.",
      },
      reasons: {
        type: "array",
        description: "The worst first.",
        items: {
          type: "object",
          required: ["verdict", "code", "value", "limit", "message"],
          properties: {
            verdict: { type: "string", enum: ["late", "failing"] },
            code: { type: "string", enum: ["oldest_ready", "failure_rate", "no_drainer", "unknown_names"] },
            value: { type: "number", description: "Milliseconds, a share, or jobs." },
            limit: { type: "number", description: "What it may be at most." },
            message: { type: "string" },
            names: {
              type: "array",
              items: { type: "string" },
              description: "The job names that it is about.",
            },
          },
        },
      },
      at: instant,
    },
  },
  NewBatch: {
    type: "object",
    required: ["jobs"],
    additionalProperties: false,
    properties: {
      jobs: { type: "array", maxItems: 10_000, items: { $ref: "#/components/schemas/JobRequest" } },
      ...batchOptions,
    },
  },
  NewBatchStored: {
    type: "object",
    required: ["id", "total"],
    properties: {
      id: batchId,
      total: { ...count, description: "Jobs that were there already aren't counted." },
    },
  },
  Batch: batch,
  BatchChanged: {
    type: "object",
    required: [...batch.required, "changed", "refused"],
    properties: {
      ...batchProperties,
      changed: { ...count, description: "Jobs that were changed." },
      refused: actionResult.properties.refused,
    },
  },
  BatchRetryRequest: {
    type: "object",
    additionalProperties: false,
    properties: {
      callbacks: {
        type: "boolean",
        description: "Whether its callbacks are enqueued again when it finishes again. Default false.",
      },
      retriedBy: { ...key, description: "Who asks for it, for the jobs' history." },
    },
  },
  JobRequest: jobRequest,
  BatchRequest: {
    type: "object",
    required: ["jobs"],
    additionalProperties: false,
    properties: {
      jobs: { type: "array", maxItems: 10_000, items: { $ref: "#/components/schemas/JobRequest" } },
    },
  },
  EnqueueOptions: enqueueOptions,
  JobChanges: jobChanges,
  JobFilter: jobFilter,
  ActionRequest: actionRequest,
  ActionResult: actionResult,
  RetryRequest: {
    type: "object",
    additionalProperties: false,
    properties: { retriedBy: { ...key, description: "Who asks for it, for the job's history." } },
  },
  Enqueued: enqueued,
  BatchEnqueued: {
    type: "object",
    required: ["jobs"],
    properties: { jobs: { type: "array", items: { $ref: "#/components/schemas/Enqueued" } } },
  },
  Job: job,
  JobList: jobList,
  Queue: queue,
  Queues: {
    type: "object",
    required: ["queues"],
    properties: {
      queues: { type: "array", items: { $ref: "#/components/schemas/Queue" } },
      next: { type: "string", description: "Present when more queues follow: send it as `after`." },
    },
  },
  PauseRequest: pauseRequest,
  WaitingLimits: waitingLimits,
  Limited: limited,
  CompleteWaitRequest: completeWaitRequest,
  CompletedWait: completedWait,
  EmitRequest: emitRequest,
  Emitted: emitted,
  Paused: paused,
  Pauses: pauses,
  Limits: limits,
  ScheduleRequest: scheduleRequest,
  Schedule: schedule,
  Schedules: {
    type: "object",
    required: ["schedules"],
    properties: { schedules: { type: "array", items: { $ref: "#/components/schemas/Schedule" } } },
  },
  Health: { type: "object", required: ["status"], properties: { status: { const: "ok" } } },
  Problem: problem,
} as const
