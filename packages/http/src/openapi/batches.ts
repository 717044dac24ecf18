import {
  addToBatch,
  cancelBatch,
  enqueueBatch,
  getBatch,
  listBatches,
  retryBatch,
} from "../api/batch-routes.ts"
import { component, type Described, describe, locationOf, schemasOf } from "./describe.ts"
import { callback, jobListRequest, jobs } from "./job-requests.ts"
import { actionResult } from "./job-responses.ts"
import { afterNote, batchId, count, instant, limitNote } from "./values.ts"

/** The notes on the callbacks and the rest. */
export const batchOptions = {
  onFinish: { as: callback, description: "Enqueued when all jobs have ended, once." },
  onSuccess: { as: callback, description: "Enqueued when all jobs have succeeded, once." },
  onDiscard: { as: callback, description: "Enqueued when the first job is discarded, once." },
  properties: "For the callbacks. Up to 64 KiB.",
  parent: "An open batch, in which this one counts as one job.",
}

const newBatch = component("NewBatch", enqueueBatch.body, { jobs, ...batchOptions })

const retryRequest = component("BatchRetryRequest", retryBatch.body, {
  callbacks: "Whether its callbacks are enqueued again when it finishes again. Default false.",
  retriedBy: "Who asks for it, for the jobs' history.",
})

export const batchProperties = {
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
  callbacks: {
    type: "object",
    properties: {
      onFinish: { type: "string" },
      onSuccess: { type: "string" },
      onDiscard: { type: "string" },
    },
    description: "The names of its callbacks' jobs.",
  },
  createdAt: instant,
  finishedAt: { type: ["string", "null"], format: "date-time" },
  callbackError: {
    type: ["string", "null"],
    description: "Why its callbacks could not be enqueued; they are tried again after 10 seconds.",
  },
}

export const batch = { type: "object", required: Object.keys(batchProperties), properties: batchProperties }

const { properties: _, ...listedProperties } = batchProperties

const listedBatch = {
  ...listedProperties,
  workflow: { type: ["string", "null"], description: "The name of the workflow that it is." },
}

export const batchSchemas = {
  ListedBatch: { type: "object", required: Object.keys(listedBatch), properties: listedBatch },
  BatchList: {
    type: "object",
    required: ["batches"],
    properties: {
      batches: { type: "array", items: { $ref: "#/components/schemas/ListedBatch" } },
      next: { type: "string", description: "Present when more may follow: send it as `after`." },
    },
  },
  ...schemasOf(newBatch, retryRequest),
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
}

export const batchOperations: readonly Described[] = [
  describe(enqueueBatch, {
    id: "enqueueBatch",
    tag: "batches",
    summary: "Enqueue jobs as a batch: all of them or, when one is invalid, none",
    body: newBatch,
    responses: {
      201: {
        description: "The batch is stored. Without jobs it has finished.",
        headers: locationOf("batch"),
        body: "NewBatchStored",
      },
    },
    problems: [404, 409, 429],
  }),
  describe(listBatches, {
    id: "listBatches",
    tag: "batches",
    summary: "List batches, the newest first",
    parameters: {
      state: "The batches in this state.",
      parent: "The batches in this one.",
      limit: limitNote("50"),
      after: afterNote,
    },
    responses: {
      200: {
        description:
          "The batches, without properties. A response may have fewer than `limit`, and `next`, because it looks for up to 2 seconds.",
        body: "BatchList",
      },
    },
  }),
  describe(getBatch, {
    id: "getBatch",
    tag: "batches",
    summary: "Read a batch: its state and counts",
    responses: { 200: { description: "The batch.", body: "Batch" } },
    problems: [404],
  }),
  describe(addToBatch, {
    id: "addToBatch",
    tag: "batches",
    summary: "Add jobs to an open batch",
    body: jobListRequest,
    responses: {
      201: { description: "All jobs are added, in the order of the request.", body: "BatchEnqueued" },
    },
    problems: [404, 409, 429],
  }),
  describe(retryBatch, {
    id: "retryBatch",
    tag: "batches",
    summary: "Retry the discarded and canceled jobs of a batch, which is open again",
    body: retryRequest,
    responses: { 200: { description: "The batch as it is then.", body: "BatchChanged" } },
    problems: [404],
  }),
  describe(cancelBatch, {
    id: "cancelBatch",
    tag: "batches",
    summary: "Cancel the jobs of a batch that have not ended",
    responses: { 200: { description: "The batch as it is then.", body: "BatchChanged" } },
    problems: [404],
  }),
]
