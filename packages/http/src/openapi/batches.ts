import {
  addToBatch,
  cancelBatch,
  enqueueBatch,
  getBatch,
  listBatches,
  retryBatch,
} from "../api/batch-routes.ts"
import { type Described, describe, locationOf } from "./describe.ts"
import { jobRequest } from "./job-requests.ts"
import { actionResult } from "./job-responses.ts"
import { batchId, count, instant, key, limitOfList, place } from "./values.ts"

const callback = (when: string) => ({
  ...jobRequest,
  properties: { ...jobRequest.properties, options: { $ref: "#/components/schemas/CallbackOptions" } },
  description: `Enqueued ${when}, once.`,
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

export const batchOptions = {
  onFinish: callback("when all jobs have ended"),
  onSuccess: callback("when all jobs have succeeded"),
  onDiscard: callback("when the first job is discarded"),
  properties: { type: "object", description: "For the callbacks. Up to 64 KiB." },
  parent: { ...batchId, description: "An open batch, in which this one counts as one job." },
}

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
}

const ofBatch = { id: { type: "string", pattern: batchId.pattern } }

export const batchOperations: readonly Described[] = [
  describe(enqueueBatch, {
    id: "enqueueBatch",
    tag: "batches",
    summary: "Enqueue jobs as a batch: all of them or, when one is invalid, none",
    body: "NewBatch",
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
      state: { ...batchProperties.state, description: "The batches in this state." },
      parent: { ...batchId, description: "The batches in this one." },
      limit: limitOfList(50),
      after: { ...place, description: "The `next` of the previous response, to read the following page." },
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
    parameters: ofBatch,
    responses: { 200: { description: "The batch.", body: "Batch" } },
    problems: [404],
  }),
  describe(addToBatch, {
    id: "addToBatch",
    tag: "batches",
    summary: "Add jobs to an open batch",
    parameters: ofBatch,
    body: "BatchRequest",
    responses: {
      201: { description: "All jobs are added, in the order of the request.", body: "BatchEnqueued" },
    },
    problems: [404, 409, 429],
  }),
  describe(retryBatch, {
    id: "retryBatch",
    tag: "batches",
    summary: "Retry the discarded and canceled jobs of a batch, which is open again",
    parameters: ofBatch,
    body: "BatchRetryRequest",
    responses: { 200: { description: "The batch as it is then.", body: "BatchChanged" } },
    problems: [404],
  }),
  describe(cancelBatch, {
    id: "cancelBatch",
    tag: "batches",
    summary: "Cancel the jobs of a batch that have not ended",
    parameters: ofBatch,
    responses: { 200: { description: "The batch as it is then.", body: "BatchChanged" } },
    problems: [404],
  }),
]
