import { PAUSE, WAITING_LIMITS } from "@sluice/core/fields"
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
import { component, type Described, describe, schemasOf } from "./describe.ts"

const waiting = "How many jobs may wait, be scheduled or run; without it, any number."
const waitingLimits = component("WaitingLimits", WAITING_LIMITS, { waiting })

const limited = {
  type: "object",
  required: ["name", "waiting"],
  properties: { name: { type: "string" }, waiting: { type: ["integer", "null"] } },
}

export const pauseRequest = component(
  "PauseRequest",
  PAUSE,
  {
    until: "The instant at which it ends. It must lie ahead.",
    for: "How long it lasts, instead of `until`.",
  },
  { description: "When the pause ends by itself. Without either, it lasts until it is resumed." },
)

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
  ...schemasOf(pauseRequest, waitingLimits),
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
  describe(pauseQueue, pausing("Queue", "a queue")),
  describe(resumeQueue, resuming("Queue", "a queue")),
  describe(limitQueue, limiting("Queue", "a queue")),
  describe(pauseName, pausing("Name", "a job name, in whatever queue")),
  describe(resumeName, resuming("Name", "a job name, in whatever queue")),
  describe(pauseKey, pausing("Key", "a concurrency key")),
  describe(resumeKey, resuming("Key", "a concurrency key")),
  describe(limitKey, limiting("Key", "a concurrency key")),
]

function pausing(noun: string, what: string) {
  return {
    id: `pause${noun}`,
    tag: "pauses",
    summary: `Pause ${what}: its jobs are not started, but more can be enqueued`,
    body: pauseRequest,
    responses: { 200: { description: "It is paused.", body: "Paused" } },
  }
}

function resuming(noun: string, what: string) {
  return {
    id: `resume${noun}`,
    tag: "pauses",
    summary: `Resume ${what}`,
    responses: { 200: { description: "It is not paused.", body: "Paused" } },
  }
}

function limiting(noun: string, what: string) {
  return {
    id: `limit${noun}`,
    tag: "limits",
    summary: `Limit how many unfinished jobs ${what} may have`,
    body: waitingLimits,
    responses: { 200: { description: "The limit, which holds from now on.", body: "Limited" } },
  }
}
