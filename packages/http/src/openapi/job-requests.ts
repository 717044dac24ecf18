import {
  batchId,
  duration,
  durationUpTo,
  id,
  instant,
  key,
  name,
  notNull,
  period,
  periodUpTo,
  place,
  state,
} from "./values.ts"

/** 24 days: the longest wait of a timer in JavaScript. */
const LONGEST_TIMEOUT_SECONDS = 2_147_483

const parents = {
  type: ["string", "array"],
  pattern: id.pattern,
  maxItems: 1_000,
  items: { type: "string", pattern: id.pattern },
}

const parentSteps = {
  type: ["string", "array"],
  minLength: 1,
  maxLength: 128,
  maxItems: 1_000,
  items: { type: "string", minLength: 1, maxLength: 128 },
}

export const jobRequest = {
  type: "object",
  required: ["name"],
  additionalProperties: false,
  properties: {
    name: { ...name, description: "The name of a job definition.", examples: ["webhook"] },
    payload: {
      ...notNull,
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
    for: { ...period, description: "How long it is taken at least, from the enqueue on." },
    onConflict: {
      type: "string",
      enum: ["keep", "replace", "reschedule", "reject"],
      description:
        "keep: the job that is there is returned. replace: it gets the payload and options. reschedule: it gets the time. reject: 409. Default keep.",
    },
    longestWait: {
      ...period,
      description: "How long after its first enqueue it is due at the latest, however often it is changed.",
    },
  },
}

const enqueueOptions = {
  type: "object",
  additionalProperties: false,
  allOf: [notBoth("runAt", "delay"), notBoth("expiresAt", "expiresIn"), notBoth("unique", "uniqueKey")],
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
      ...period,
      description: "How long after it is due the job may wait for its first execution; then it is canceled.",
    },
    expiresAt: { ...instant, description: "Instead of expiresIn: when it is canceled unless it has begun." },
    maxAttempts: {
      type: "integer",
      minimum: 1,
      maximum: 1_000,
      description: "Executions that may fail before the job is discarded. Default 10.",
    },
    timeout: {
      ...periodUpTo(LONGEST_TIMEOUT_SECONDS),
      description: 'Time limit of one execution, up to 24 days. Default "1m".',
    },
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
        "The job, or the jobs, after which this one runs: it is waiting until all of them have ended.",
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
        per: { ...durationUpTo(31 * 86_400, 1), description: 'From "1s" to "31d".' },
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

const stepOptions = {
  ...enqueueOptions,
  properties: {
    ...enqueueOptions.properties,
    after: {
      ...parentSteps,
      description: "The steps of the workflow, or the ids of other jobs, after which this one runs.",
    },
  },
}

const {
  unique: _unique,
  uniqueKey: _uniqueKey,
  idempotencyKey: _key,
  after: _after,
  ...ofCallbacks
} = enqueueOptions.properties

/** A batch enqueues its callbacks once, after its jobs. */
const callbackOptions = {
  ...enqueueOptions,
  allOf: enqueueOptions.allOf.slice(0, 2),
  properties: ofCallbacks,
}

const { queue: queueOption, priority, runAt, delay, tags, metadata } = enqueueOptions.properties

const jobChanges = {
  type: "object",
  additionalProperties: false,
  allOf: [notBoth("runAt", "delay")],
  properties: {
    runAt: { ...runAt, description: "When the job is due." },
    delay,
    priority: { ...priority, description: "A smaller number runs first." },
    queue: { ...queueOption, description: "Another queue." },
    payload: {
      ...notNull,
      description: "JSON in place of the payload, held to the definition's input schema.",
    },
    tags,
    metadata,
  },
}

/** A path and a value, such as `order.id:17`. */
export const inputText = {
  type: "string",
  minLength: 3,
  maxLength: 2_049,
  format: "path-and-value",
  examples: ["order.id:17"],
}

/** One of these, or a list of which one applies. */
function oneOrSome<Schema extends object>(schema: Schema) {
  return { oneOf: [schema, { type: "array", minItems: 1, maxItems: 100, items: schema }] }
}

export const jobFilter = {
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
    metadata: { type: "object", minProperties: 1, description: "What the job's metadata contains." },
    uniqueKey: key,
    concurrencyKey: key,
    key: { ...key, description: "The unique key, or one of the concurrency keys." },
    errorClass: { ...key, description: "The name of an error with which one of its executions has failed." },
    input: {
      description: "What the payload has at a path, whose keys have dots between them.",
      oneOf: [
        inputText,
        {
          type: "object",
          required: ["path", "value"],
          additionalProperties: false,
          properties: {
            path: { type: "string", minLength: 1, maxLength: 1_024 },
            value: { type: ["string", "number", "boolean", "null"], maxLength: 1_024 },
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
  allOf: [
    {
      anyOf: [
        { properties: { action: { const: "update" } }, required: ["changes"] },
        { properties: { action: { not: { const: "update" } }, changes: false } },
      ],
    },
    { anyOf: [{ properties: { action: { const: "retry" } } }, { properties: { retriedBy: false } }] },
    {
      anyOf: [
        { properties: { action: { not: { const: "erase" } } } },
        { properties: { after: false, filter: { not: { required: ["state"] } } } },
      ],
    },
  ],
  examples: [
    { action: "retry", filter: { state: "discarded", name: "webhook" } },
    { action: "update", filter: { queue: "mail" }, changes: { priority: 10 } },
    { action: "erase", filter: { metadata: { customer: 4711 } } },
  ],
  properties: {
    action: { type: "string", enum: ["cancel", "retry", "run", "delete", "update", "erase"] },
    filter: { $ref: "#/components/schemas/JobFilter" },
    changes: { $ref: "#/components/schemas/JobChanges" },
    retriedBy: { ...key, description: "Of a retry: who asks for it." },
    dryRun: { type: "boolean", description: "Only counts the jobs that match." },
    after: { ...place, description: "The `next` of the previous response." },
  },
}

export { delay, runAt }

function notBoth(one: string, other: string) {
  return { not: { required: [one, other] } }
}

export const jobRequestSchemas = {
  JobRequest: jobRequest,
  EnqueueRequest: {
    ...jobRequest,
    properties: {
      ...jobRequest.properties,
      tokenExpiresIn: {
        ...periodUpTo(604_800),
        description:
          "Asks for a token with which a browser may watch the job, and for how long it is valid: up to 7 days. A job that was there already gets none.",
      },
    },
  },
  BatchRequest: {
    type: "object",
    required: ["jobs"],
    additionalProperties: false,
    properties: {
      jobs: { type: "array", maxItems: 10_000, items: { $ref: "#/components/schemas/JobRequest" } },
    },
  },
  EnqueueOptions: enqueueOptions,
  StepOptions: stepOptions,
  CallbackOptions: callbackOptions,
  JobChanges: jobChanges,
  JobFilter: jobFilter,
  ActionRequest: actionRequest,
  RetryRequest: {
    type: "object",
    additionalProperties: false,
    properties: { retriedBy: { ...key, description: "Who asks for it, for the job's history." } },
  },
}
