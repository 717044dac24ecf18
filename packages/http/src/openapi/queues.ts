import { listQueues, sampleQueues } from "../api/queue-routes.ts"
import { type Described, describe } from "./describe.ts"
import { afterNote, count, limitNote } from "./values.ts"

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
    "isEstimate",
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
    isEstimate: {
      type: "boolean",
      description:
        "Whether the numbers of ready, scheduled and blocked jobs are estimates, because the backlog is large; queues without jobs are listed too then.",
    },
  },
}

export const queueSchemas = {
  Queue: queue,
  SampledQueues: {
    type: "object",
    required: ["queues"],
    properties: {
      queues: {
        type: "array",
        items: { $ref: "#/components/schemas/Queue" },
      },
    },
  },
  Queues: {
    type: "object",
    required: ["queues"],
    properties: {
      queues: { type: "array", items: { $ref: "#/components/schemas/Queue" } },
      next: { type: "string", description: "Present when more queues follow: send it as `after`." },
    },
  },
}

export const queueOperations: readonly Described[] = [
  describe(listQueues, {
    id: "listQueues",
    tag: "queues",
    summary: "List the queues and their job counts",
    parameters: {
      after: afterNote,
    },
    responses: {
      200: {
        description: "The queues that have jobs or are paused, ordered by name, up to 1,000.",
        body: "Queues",
      },
    },
  }),
  describe(sampleQueues, {
    id: "sampleQueues",
    tag: "queues",
    summary: "List the queues that are known, with estimates where counting would take long",
    parameters: { name: "Only this queue.", limit: limitNote("1,000") },
    responses: {
      200: {
        description: "The queues, also those that only a definition or a pool names.",
        body: "SampledQueues",
      },
    },
  }),
]
