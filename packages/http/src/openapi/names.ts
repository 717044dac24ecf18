import { getFilterValues, getName, listDefinitions } from "../api/name-routes.ts"
import { type Described, describe } from "./describe.ts"
import { range, step } from "./measures.ts"
import { afterNote, count, id, instant, instantOrNull, limitNote } from "./values.ts"

const integerOrNull = { type: ["integer", "null"] }
const texts = { type: "array", items: { type: "string" } }

const definition = {
  name: { type: "string" },
  queue: { type: ["string", "null"], description: "null, as in the next ones: the definition doesn't say." },
  priority: integerOrNull,
  timeoutMs: { type: ["number", "null"] },
  expiresInMs: { type: ["number", "null"] },
  concurrencyLimit: integerOrNull,
  rate: {
    type: ["object", "null"],
    required: ["limit", "perMs", "burst"],
    properties: { limit: count, perMs: count, burst: count },
  },
  keepsPayload: { type: "boolean", description: "Whether the history has the payloads of its jobs." },
  events: { ...texts, description: "The events that enqueue a job of it." },
  registeredAt: { ...instantOrNull, description: "When a deployment last registered it." },
  seenAt: { ...instantOrNull, description: "When a drainer last knew it, to five minutes." },
  droppedAt: { ...instantOrNull, description: "Since when no deployment has it." },
}

const slowJob = {
  jobId: id,
  queue: { type: "string" },
  state: { type: "string", enum: ["succeeded", "discarded", "canceled"] },
  attempts: count,
  startedAt: instantOrNull,
  finishedAt: instant,
  durationMs: { type: "number" },
}

const nameDetails = {
  name: { type: "string" },
  paused: { type: "boolean", description: "Whether its jobs are not started, in whatever queue." },
  pausedUntil: instantOrNull,
  definition: {
    oneOf: [{ type: "null" }, { $ref: "#/components/schemas/Definition" }],
    description: "null: the database knows none.",
  },
  slowest: {
    type: "array",
    description: "The slowest ten of its newest finished jobs.",
    items: { type: "object", required: Object.keys(slowJob), properties: slowJob },
  },
  throughput: { $ref: "#/components/schemas/Throughput" },
}

export const nameSchemas = {
  Definition: { type: "object", required: Object.keys(definition), properties: definition },
  DefinitionList: {
    type: "object",
    required: ["definitions"],
    properties: {
      definitions: { type: "array", items: { $ref: "#/components/schemas/Definition" } },
      next: { type: "string", description: "Present when more may follow: send it as `after`." },
    },
  },
  NameDetails: { type: "object", required: Object.keys(nameDetails), properties: nameDetails },
  FilterValues: {
    type: "object",
    required: ["names", "queues", "tags", "metadata"],
    properties: {
      names: texts,
      queues: texts,
      tags: texts,
      metadata: { ...texts, description: "Keys of jobs' metadata whose values are plain." },
    },
  },
}

export const nameOperations: readonly Described[] = [
  describe(listDefinitions, {
    id: "listDefinitions",
    tag: "names",
    summary: "List what the database knows of the job definitions",
    parameters: {
      after: afterNote,
      limit: limitNote("1,000"),
      name: "Only that of this name.",
      queue: "Only those whose jobs go to this queue.",
    },
    responses: { 200: { description: "The definitions, ordered by name.", body: "DefinitionList" } },
  }),
  describe(getName, {
    id: "getName",
    tag: "names",
    summary: "Read what is known of a job name: its definition, its pause, its measures, its slowest jobs",
    parameters: { ...range, step, queue: "Measures of this queue only." },
    responses: {
      200: { description: "The name, also one that nobody has used.", body: "NameDetails" },
    },
  }),
  describe(getFilterValues, {
    id: "getFilterValues",
    tag: "names",
    summary:
      "List names, queues, tags and keys of metadata of new jobs and of definitions, to complete what somebody types",
    responses: { 200: { description: "Some of each.", body: "FilterValues" } },
  }),
]
