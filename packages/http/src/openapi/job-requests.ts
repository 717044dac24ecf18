import { callbackOptions, enqueueOptions, JOB_CHANGES, jobFilter, stepOptions } from "@sluice/core/fields"
import { callback as callbackField } from "../api/batch-routes.ts"
import { enqueue } from "../api/enqueue-routes.ts"
import { jobRequest as jobField, jobList } from "../api/job-request.ts"
import { actOnJobs, retryJob } from "../api/manage-routes.ts"
import { step as stepField } from "../api/workflow-routes.ts"
import { component, schemasOf } from "./describe.ts"

const uniqueness = {
  description:
    "Stores no second job that is the same. What it leaves open is as the definition says. Not beside uniqueKey.",
  notes: {
    key: "Which jobs of the name are the same. Default: those with the same payload.",
    while:
      'How long the key is taken: until a drainer takes the job, or until it has finished. Default "unfinished", and "waiting" to replace or reschedule.',
    for: "How long it is taken at least, from the enqueue on.",
    onConflict:
      "keep: the job that is there is returned. replace: it gets the payload and options. reschedule: it gets the time. reject: 409. Default keep.",
    longestWait: "How long after its first enqueue it is due at the latest, however often it is changed.",
  },
}

const rate = {
  description:
    "Default: the definition's. The rate that was enqueued last applies to all jobs with the key. Without a key, the job's name is one.",
  notes: {
    limit: "In no window of the length `per` do more jobs with the key start.",
    per: 'From "1s" to "31d".',
    burst: "How many may start at once, up to `limit`; the others follow evenly. Default: `limit`.",
  },
}

const ofOptions = {
  queue: 'Default: the definition\'s queue, else "default".',
  priority: "A smaller number runs first. Default 0.",
  runAt:
    "When the job is due, between the years 1970 and 9999; digits beyond the millisecond are dropped. Default: now.",
  delay: 'Instead of runAt: the time until the job is due. Seconds, or text such as "5m".',
  expiresIn: "How long after it is due the job may wait for its first execution; then it is canceled.",
  expiresAt:
    "Instead of expiresIn: when it is canceled unless it has begun. If it has passed, the job is stored, and the next drain cancels it.",
  maxAttempts: "Executions that may fail before the job is discarded. Default 10.",
  timeout: 'Time limit of one execution, up to 24 days. Default "1m".',
  unique: uniqueness,
  uniqueKey:
    "Short for unique with this key: at most one unfinished job of this name can have this key; further ones are deduplicated.",
  idempotencyKey:
    "Sending this key again returns the first job, even after it has finished. Kept for 24 hours.",
  concurrencyKey:
    "At most concurrencyLimit jobs with this key run at the same time; the others are blocked. Replaces the key of the definition's first limit.",
  concurrencyLimit:
    "Default: that of the definition's first limit, else 1. The limit that was enqueued last applies to all jobs with the key.",
  concurrencyOrder:
    "enqueued: the jobs of the key run one at a time, in the order of their enqueue. Default: as the definition's first limit says, else priority.",
  concurrencyOnRetry:
    "With the order enqueued: whether the jobs behind this one wait while it waits for a retry, or run meanwhile. Default: as the definition's first limit says, else hold.",
  rateKey: "Jobs with this key share the rate of the definition, or `rate`; the others are blocked.",
  rate,
  fairKey: "Jobs with different keys take turns.",
  fairWeight: "How many jobs of the key make up a turn. Default 1.",
  after: "The job, or the jobs, after which this one runs: it is waiting until all of them have ended.",
  onParentFailure:
    "What becomes of it if one of these is discarded or canceled. fail: it is canceled. continue: it runs all the same. wait: it waits until that one was retried and has succeeded. Default fail.",
  tags: "Labels, to find it by.",
  metadata: "Up to 64 KiB, measured like the payload.",
}

const options = component("EnqueueOptions", enqueueOptions, ofOptions)

const ofJob = {
  name: { description: "The name of a job definition.", examples: ["webhook"] },
  payload: {
    description:
      "JSON that matches the definition's input schema, up to 256 KiB with numbers written out, and up to 1,000 levels deep. Default {}.",
    default: {},
  },
  options: { as: options },
}

const jobRequest = component("JobRequest", jobField, ofJob)

/** A list of jobs. */
export const jobs = { items: { as: jobRequest } }

export const enqueueRequest = component("EnqueueRequest", enqueue.body, {
  ...ofJob,
  tokenExpiresIn:
    "Asks for a token with which a browser may watch the job, and for how long it is valid: up to 7 days. A job that was there already gets none.",
})

export const jobListRequest = component("BatchRequest", jobList, { jobs })

const ofStep = component("StepOptions", stepOptions, {
  ...ofOptions,
  after: "The steps of the workflow, or the ids of other jobs, after which this one runs.",
})

export const stepRequest = component("WorkflowStep", stepField, {
  ...ofJob,
  step: "Its name in the workflow, which isn't a number.",
  options: { as: ofStep },
})

const ofCallback = component("CallbackOptions", callbackOptions, ofOptions)

/** A job that a batch enqueues. */
export const callback = component("Callback", callbackField, { ...ofJob, options: { as: ofCallback } })

const ofChanges = {
  runAt: "When the job is due.",
  delay: ofOptions.delay,
  priority: "A smaller number runs first.",
  queue: "Another queue.",
  payload: "JSON in place of the payload, held to the definition's input schema.",
  tags: ofOptions.tags,
  metadata: ofOptions.metadata,
}

export const changes = component("JobChanges", JOB_CHANGES, ofChanges)

const ofFilter = {
  state: "The jobs in one of these states.",
  name: "The jobs of one of these names.",
  queue: "The jobs of one of these queues.",
  tag: "One of the job's tags.",
  uniqueKey: "The job's unique key.",
  concurrencyKey: "One of the job's concurrency keys.",
  key: "The unique key, or one of the concurrency keys.",
  errorClass: "The name of an error with which one of its executions has failed.",
  batch: "The id of the batch that the job is one of.",
  enqueuedBefore: "It was enqueued before then.",
  enqueuedAfter: "Then, or later.",
  since: "It has finished then, or later. If it is unfinished: it was enqueued then, or later.",
  until: "The same, before then.",
}

/** Of the parameters of a list. */
export const filterParameters = {
  ...ofFilter,
  input: "A path and a value in the payload, such as `order.id:17`.",
  metadata: 'What the job\'s metadata contains, as JSON, such as `{"customer":4711}`.',
}

const filter = component(
  "JobFilter",
  jobFilter,
  {
    ...ofFilter,
    ids: "The jobs with one of these ids.",
    metadata: "What the job's metadata contains.",
    input: "What the payload has at a path, whose keys have dots between them.",
  },
  { description: "The jobs to which all of it applies.", schema: { minProperties: 1 } },
)

/** Which action takes what. */
const ofActions = [
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
]

export const actionRequest = component(
  "ActionRequest",
  actOnJobs.body,
  {
    action: "What is done to them.",
    filter: { as: filter },
    changes: { as: changes },
    retriedBy: "Of a retry: who asks for it.",
    dryRun: "Only counts the jobs that match.",
    after: "The `next` of the previous response.",
  },
  {
    schema: { allOf: ofActions },
    examples: [
      { action: "retry", filter: { state: "discarded", name: "webhook" } },
      { action: "update", filter: { queue: "mail" }, changes: { priority: 10 } },
      { action: "erase", filter: { metadata: { customer: 4711 } } },
    ],
  },
)

export const retryRequest = component("RetryRequest", retryJob.body, {
  retriedBy: "Who asks for it, for the job's history.",
})

export const jobRequestSchemas = schemasOf(
  jobRequest,
  enqueueRequest,
  jobListRequest,
  options,
  ofStep,
  stepRequest,
  ofCallback,
  callback,
  changes,
  filter,
  actionRequest,
  retryRequest,
)
