import { examine, getBacklog, getOverview } from "../api/overview-routes.ts"
import { type Described, describe } from "./describe.ts"
import { pause } from "./pauses.ts"
import { count, instant } from "./values.ts"

const overview = {
  at: instant,
  counts: {
    type: "object",
    description: "Unfinished jobs by their state. Counting stops at 10,000.",
    required: ["ready", "scheduled", "waiting", "blocked", "running"],
    properties: { ready: count, scheduled: count, waiting: count, blocked: count, running: count },
  },
  ages: {
    type: "array",
    description: "How long ready jobs have been due, from the shortest range. Running ones are among them.",
    items: {
      type: "object",
      required: ["upToMs", "jobs"],
      properties: {
        upToMs: { type: ["integer", "null"], description: "null of the last one." },
        jobs: count,
      },
    },
  },
  oldestReadyAgeMs: {
    type: "number",
    minimum: 0,
    description: "How long the oldest ready job has been due.",
  },
  queues: {
    type: "array",
    description: "The queues of the 10,000 jobs that are next, up to 100.",
    items: {
      type: "object",
      required: ["name", "ready", "since"],
      properties: { name: { type: "string" }, ready: count, since: instant },
    },
  },
  pauses: { type: "array", description: "The newest 20.", items: pause },
  ticks: {
    type: "array",
    description: "Which schedules tick next: eight of them.",
    items: {
      type: "object",
      required: ["key", "name", "at"],
      properties: { key: { type: "string" }, name: { type: "string" }, at: instant },
    },
  },
}

const finding = {
  type: "object",
  required: ["check", "level", "code", "values", "text"],
  properties: {
    check: { type: "string", description: "What was examined. Stable, for programs." },
    level: {
      type: "string",
      enum: ["ok", "note", "wrong"],
      description: "`note`: worth knowing. `wrong`: jobs can't run, or won't soon.",
    },
    code: { type: "string", description: "What was found. Stable, for programs." },
    values: {
      type: "object",
      description:
        "What `text` and `remedy` tell. Names that end in `Ms`, `Bytes` and `At` are those of durations, sizes and instants; a list has an object for each thing.",
      additionalProperties: true,
    },
    text: { type: "string", description: "In English." },
    remedy: { type: "string", description: "What to do, in English." },
  },
}

export const overviewSchemas = {
  Overview: { type: "object", required: Object.keys(overview), properties: overview },
  Backlog: {
    type: "object",
    required: ["ready", "oldestReadyAgeMs"],
    properties: {
      ready: { ...count, description: "Jobs that are due and not running. Counting stops at 10,000." },
      oldestReadyAgeMs: { type: "number", minimum: 0 },
    },
  },
  Findings: {
    type: "object",
    required: ["findings"],
    properties: { findings: { type: "array", items: finding } },
  },
}

export const overviewOperations: readonly Described[] = [
  describe(getOverview, {
    id: "getOverview",
    tag: "overview",
    summary: "Read how many jobs there are in each state, how long they wait, and what is paused",
    responses: { 200: { description: "What one wants to see of a queue first.", body: "Overview" } },
  }),
  describe(getBacklog, {
    id: "getBacklog",
    tag: "overview",
    summary: "Read how many jobs are due and not running, and for how long. Costs one cheap statement",
    responses: { 200: { description: "The backlog.", body: "Backlog" } },
  }),
  describe(examine, {
    id: "examine",
    tag: "overview",
    summary: "Examine the database: its schema, its server, its upkeep, and jobs that nobody can perform",
    parameters: {
      maxDrainers: "How many drainers there may be at once, over all processes. Default 10.",
    },
    responses: { 200: { description: "What was found, with remedies.", body: "Findings" } },
  }),
]
