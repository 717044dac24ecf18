import {
  countJobs,
  enqueue,
  enqueueMany,
  getHolder,
  getJob,
  getRelatives,
  listJobs,
} from "../api/job-routes.ts"
import { actOnJobs, cancelJob, deleteJob, retryJob, runJobNow, updateJob } from "../api/manage-routes.ts"
import { type Described, describe, locationOf } from "./describe.ts"
import { inputText, jobFilter } from "./job-requests.ts"
import { id, place } from "./values.ts"

const { ids: _ids, metadata: _metadata, input: _input, ...conditions } = jobFilter.properties

const ofJob = { id: { type: "string", pattern: id.pattern } }

const ofFilter = {
  ...conditions,
  state: { ...conditions.state, description: "The jobs in one of these states." },
  name: { ...conditions.name, description: "The jobs of one of these names." },
  queue: { ...conditions.queue, description: "The jobs of one of these queues." },
  input: { ...inputText, description: "A path and a value in the payload, such as `order.id:17`." },
}

export const jobOperations: readonly Described[] = [
  describe(listJobs, {
    id: "listJobs",
    tag: "jobs",
    summary: "List jobs, the newest first: those that are unfinished, then the history",
    parameters: {
      ...ofFilter,
      limit: { type: "integer", minimum: 1, maximum: 1_000, description: "How many at most. Default 50." },
      after: {
        ...place,
        description: "The `next` of the previous response, to read the following page.",
      },
    },
    responses: {
      200: {
        description:
          "The jobs, without payloads, results and errors. A response may have fewer than `limit`, and `next`, because it looks for up to 2 seconds.",
        body: "JobList",
      },
    },
  }),
  describe(countJobs, {
    id: "countJobs",
    tag: "jobs",
    summary: "Count jobs by state",
    parameters: {
      ...ofFilter,
      limit: {
        type: "integer",
        minimum: 1,
        maximum: 100_000,
        description: "Where to stop to count a state. Default 10,000.",
      },
    },
    responses: {
      200: { description: "How many there are, as far as they are found in 2 seconds.", body: "JobCounts" },
    },
  }),
  describe(enqueue, {
    id: "enqueue",
    tag: "jobs",
    summary: "Enqueue one job",
    body: "EnqueueRequest",
    responses: {
      200: {
        description:
          "A job with the same unique or idempotency key exists; this is its id, and what became of it.",
        headers: locationOf("job"),
        body: "EnqueuedOne",
      },
      201: { description: "The job is stored.", headers: locationOf("job"), body: "EnqueuedOne" },
    },
    problems: [409, 429],
  }),
  describe(enqueueMany, {
    id: "enqueueMany",
    tag: "jobs",
    summary: "Enqueue many jobs: all of them or, when one is invalid, none",
    body: "BatchRequest",
    responses: {
      201: {
        description: "All jobs are stored. The results are in the order of the request.",
        body: "BatchEnqueued",
      },
    },
    problems: [409, 429],
  }),
  describe(actOnJobs, {
    id: "actOnJobs",
    tag: "jobs",
    summary: "Cancel, retry, run, delete, update or erase all jobs that a filter matches",
    body: "ActionRequest",
    responses: {
      200: {
        description:
          "What was done, within 20 seconds. With `next`, jobs may be left: send it as `after` to continue.",
        body: "ActionResult",
      },
    },
  }),
  describe(getJob, {
    id: "getJob",
    tag: "jobs",
    summary: "Read a job: its state, attempts, result and errors",
    parameters: {
      ...ofJob,
      errorsFrom: {
        type: "integer",
        minimum: 0,
        maximum: 1_000_000_000,
        description:
          "Position of the first error to return, 0 for the oldest. Default: the last errors are returned.",
      },
      wait: {
        type: "number",
        minimum: 0,
        maximum: 25,
        description:
          "Respond once the job has finished, or after this many seconds with the job as it is then. Default 0.",
      },
    },
    responses: { 200: { description: "The job, live or finished.", body: "Job" } },
    problems: [404],
  }),
  describe(getHolder, {
    id: "getHolder",
    tag: "jobs",
    summary: "Read who has the lock of a running job",
    parameters: ofJob,
    responses: { 200: { description: "The session, and its drainer.", body: "JobHolder" } },
    problems: [404],
  }),
  describe(getRelatives, {
    id: "getRelatives",
    tag: "jobs",
    summary: "Read after which jobs a job runs, which run after it, and the trace of its enqueue",
    parameters: ofJob,
    responses: {
      200: { description: "Its relatives; none of a job that isn't there.", body: "JobRelatives" },
    },
  }),
  describe(updateJob, {
    id: "updateJob",
    tag: "jobs",
    summary: "Change a job that waits: all of the changes, or none",
    parameters: ofJob,
    body: "JobChanges",
    responses: { 200: { description: "The job is changed.", body: "Job" } },
    problems: [404, 409],
  }),
  describe(deleteJob, {
    id: "deleteJob",
    tag: "jobs",
    summary: "Delete a finished job from the history, with its errors, payload and result",
    parameters: ofJob,
    responses: { 204: { description: "The job is deleted." } },
    problems: [404, 409],
  }),
  describe(cancelJob, {
    id: "cancelJob",
    tag: "jobs",
    summary: "Cancel a job",
    parameters: ofJob,
    responses: {
      200: {
        description:
          "The job is canceled; or it is running, is aborted within a second, and is recorded as canceled when it ends.",
        body: "Job",
      },
    },
    problems: [404, 409],
  }),
  describe(runJobNow, {
    id: "runJobNow",
    tag: "jobs",
    summary: "Make a scheduled job due now",
    parameters: ofJob,
    responses: { 200: { description: "The job is due.", body: "Job" } },
    problems: [404, 409],
  }),
  describe(retryJob, {
    id: "retryJob",
    tag: "jobs",
    summary: "Put a discarded or canceled job back into the queue",
    parameters: ofJob,
    body: "RetryRequest",
    responses: { 200: { description: "The job is due, with all of its attempts.", body: "Job" } },
    problems: [404, 409],
  }),
]
