import {
  limitKey,
  limitQueue,
  listLimits,
  listPauses,
  pauseKey,
  pauseName,
  pauseQueue,
  resumeKey,
  resumeName,
  resumeQueue,
} from "../api/pause-routes.ts"
import { type Described, describe, type Schema } from "./describe.ts"
import { delay, runAt } from "./job-requests.ts"
import { key, name } from "./values.ts"

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

const pauseRequest = {
  type: "object",
  additionalProperties: false,
  not: { required: ["until", "for"] },
  description: "When the pause ends by itself. Without either, it lasts until it is resumed.",
  properties: {
    until: { ...runAt, description: "The instant at which it ends, which has not passed." },
    for: { ...delay, description: "How long it lasts, instead of `until`." },
  },
}

export const pause = {
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
}

const pauses = {
  type: "object",
  required: ["pauses"],
  properties: {
    pauses: {
      type: "array",
      items: pause,
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

export const pauseSchemas = {
  PauseRequest: pauseRequest,
  WaitingLimits: waitingLimits,
  Limited: limited,
  Paused: paused,
  Pauses: pauses,
  Limits: limits,
}

export const pauseOperations: readonly Described[] = [
  describe(listPauses, {
    id: "listPauses",
    tag: "pauses",
    summary: "List what is paused: queues, job names and concurrency keys",
    responses: { 200: { description: "The pauses, ordered by kind and target.", body: "Pauses" } },
  }),
  describe(listLimits, {
    id: "listLimits",
    tag: "limits",
    summary: "List how many unfinished jobs queues and concurrency keys may have",
    responses: { 200: { description: "The limits, ordered by kind and target.", body: "Limits" } },
  }),
  describe(pauseQueue, pausing("Queue", "a queue", name)),
  describe(resumeQueue, resuming("Queue", "a queue", name)),
  describe(limitQueue, limiting("Queue", "a queue", name)),
  describe(pauseName, pausing("Name", "a job name, in whatever queue", name)),
  describe(resumeName, resuming("Name", "a job name, in whatever queue", name)),
  describe(pauseKey, pausing("Key", "a concurrency key", key)),
  describe(resumeKey, resuming("Key", "a concurrency key", key)),
  describe(limitKey, limiting("Key", "a concurrency key", key)),
]

function pausing(noun: string, what: string, target: Schema) {
  return {
    id: `pause${noun}`,
    tag: "pauses",
    summary: `Pause ${what}: its jobs are not started, but more can be enqueued`,
    parameters: { name: target },
    body: "PauseRequest",
    responses: { 200: { description: "It is paused.", body: "Paused" } },
  }
}

function resuming(noun: string, what: string, target: Schema) {
  return {
    id: `resume${noun}`,
    tag: "pauses",
    summary: `Resume ${what}`,
    parameters: { name: target },
    responses: { 200: { description: "It is not paused.", body: "Paused" } },
  }
}

function limiting(noun: string, what: string, target: Schema) {
  return {
    id: `limit${noun}`,
    tag: "limits",
    summary: `Limit how many unfinished jobs ${what} may have`,
    parameters: { name: target },
    body: "WaitingLimits",
    responses: { 200: { description: "The limit, which holds from now on.", body: "Limited" } },
  }
}
