import { emitEvent, listEvents } from "../api/event-routes.ts"
import { component, type Described, describe, schemasOf } from "./describe.ts"
import { count } from "./values.ts"

const emitRequest = component("EmitRequest", emitEvent.body, {
  payload: "Any JSON but null, up to 256 KiB: the payload of each job. Default `{}`.",
  idempotencyKey: "Another emit of the event with this key, within 24 hours, does nothing.",
})

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

export const eventSchemas = {
  ...schemasOf(emitRequest),
  Emitted: emitted,
  KnownEvents: {
    type: "object",
    required: ["events"],
    properties: {
      events: {
        type: "array",
        items: {
          type: "object",
          required: ["name", "subscribers", "waiting"],
          properties: {
            name: { type: "string" },
            subscribers: {
              type: "array",
              items: { type: "string" },
              description: "The names of the jobs that it enqueues.",
            },
            waiting: {
              ...count,
              description: "How many jobs wait for it, or will. Counting stops at 10,001.",
            },
          },
        },
      },
    },
  },
}

export const eventOperations: readonly Described[] = [
  describe(listEvents, {
    id: "listEvents",
    tag: "events",
    summary: "List the events that definitions subscribe to or jobs wait for, ordered by name",
    responses: { 200: { description: "The events.", body: "KnownEvents" } },
  }),
  describe(emitEvent, {
    id: "emitEvent",
    tag: "events",
    summary: "Emit an event: jobs that subscribe to it are enqueued, and those that wait for it run again",
    body: emitRequest,
    responses: {
      200: {
        description: "What it has done. An event that nobody subscribes to does nothing.",
        body: "Emitted",
      },
    },
    problems: [409, 429],
  }),
]
