import { enqueue, enqueueMany } from "../api/enqueue-routes.ts"
import { countJobs, getHolder, getJob, getRelatives, listJobs } from "../api/job-routes.ts"
import { actOnJobs, cancelJob, deleteJob, retryJob, runJobNow, updateJob } from "../api/manage-routes.ts"
import { type Described, describe, locationOf } from "./describe.ts"
import {
  actionRequest,
  changes,
  enqueueRequest,
  filterParameters,
  jobListRequest,
  retryRequest,
} from "./job-requests.ts"
import { afterNote, limitNote } from "./values.ts"

export const jobOperations: readonly Described[] = [
  describe(listJobs, {
    id: "listJobs",
    tag: "jobs",
    summary: "List jobs, the newest first: those that are unfinished, then the history",
    parameters: {
      ...filterParameters,
      limit: limitNote("50"),
      after: afterNote,
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
      ...filterParameters,
      limit: "Where to stop to count a state. Default 10,000.",
    },
    responses: {
      200: { description: "How many there are, as far as they are found in 2 seconds.", body: "JobCounts" },
    },
  }),
  describe(enqueue, {
    id: "enqueue",
    tag: "jobs",
    summary: "Enqueue one job",
    body: enqueueRequest,
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
    body: jobListRequest,
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
    body: actionRequest,
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
      errorsFrom:
        "Position of the first error to return, 0 for the oldest. Default: the last errors are returned.",
      wait: "Respond once the job has finished, or after this many seconds with the job as it is then. Default 0.",
    },
    responses: { 200: { description: "The job, live or finished.", body: "Job" } },
    problems: [404],
  }),
  describe(getHolder, {
    id: "getHolder",
    tag: "jobs",
    summary: "Read who has the lock of a running job",
    responses: { 200: { description: "The session, and its drainer.", body: "JobHolder" } },
    problems: [404],
  }),
  describe(getRelatives, {
    id: "getRelatives",
    tag: "jobs",
    summary: "Read after which jobs a job runs, which run after it, and the trace of its enqueue",
    responses: {
      200: { description: "Its relatives; none of a job that isn't there.", body: "JobRelatives" },
    },
  }),
  describe(updateJob, {
    id: "updateJob",
    tag: "jobs",
    summary: "Change a job that waits: all of the changes, or none",
    body: changes,
    responses: { 200: { description: "The job is changed.", body: "Job" } },
    problems: [404, 409],
  }),
  describe(deleteJob, {
    id: "deleteJob",
    tag: "jobs",
    summary: "Delete a finished job from the history, with its errors, payload and result",
    responses: { 204: { description: "The job is deleted." } },
    problems: [404, 409],
  }),
  describe(cancelJob, {
    id: "cancelJob",
    tag: "jobs",
    summary: "Cancel a job",
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
    responses: { 200: { description: "The job is due.", body: "Job" } },
    problems: [404, 409],
  }),
  describe(retryJob, {
    id: "retryJob",
    tag: "jobs",
    summary: "Put a discarded or canceled job back into the queue",
    body: retryRequest,
    responses: { 200: { description: "The job is due, with all of its attempts.", body: "Job" } },
    problems: [404, 409],
  }),
]
