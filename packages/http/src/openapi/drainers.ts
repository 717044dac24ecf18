import { getDrainer, listDrainers } from "../api/drainer-routes.ts"
import { type Described, describe } from "./describe.ts"
import { afterNote, count, id, instant, instantOrNull, limitNote } from "./values.ts"

const names = { type: ["array", "null"], items: { type: "string" } }

const drainer = {
  id: { type: "integer" },
  label: { type: "string", description: "Identifies it to people: on Lambda, the request id." },
  state: { type: "string", enum: ["working", "lingering", "closed", "died"] },
  slot: { type: "integer", minimum: 1, description: "Which of the slots of its pool it has." },
  slots: { type: ["integer", "null"], description: "How many slots its pool has." },
  queues: { ...names, description: "Only jobs of these queues; null: of all but `except`." },
  except: { ...names, description: "Jobs of all queues but these." },
  onlyNames: { ...names, description: "Only jobs of these names; null: of all that it knows." },
  names: { ...names, description: "The names of the jobs that it performs; null: any." },
  backendPid: { type: "integer", description: "The process of its session in Postgres." },
  held: { ...count, description: "Jobs that it holds: they run, or start next." },
  inFlight: { type: ["integer", "null"], description: "Jobs that it had when it died." },
  budgetMs: {
    type: ["integer", "null"],
    description: "The time that it had when it began; null: no deadline.",
  },
  invocation: {
    type: ["object", "null"],
    description: "Where it runs, as its host tells.",
    additionalProperties: false,
    properties: {
      requestId: { type: "string" },
      functionName: { type: "string" },
      region: { type: "string" },
      logGroup: { type: "string" },
      logStream: { type: "string" },
      memoryMb: { type: "integer", minimum: 1 },
      version: { type: "string" },
    },
  },
  settled: {
    type: ["integer", "null"],
    description: "Of how many executions it has written the outcome; null: it has not ended, or has died.",
  },
  endReason: {
    type: ["string", "null"],
    enum: ["out_of_work", "deadline", "stopped", "failed", null],
    description:
      "Why it has ended; out_of_work: nothing was left for it, or others perform what is left; null: it has not, or has died.",
  },
  startedAt: instant,
  endedAt: { ...instantOrNull, description: "Null also for one that died and has not been found yet." },
}

const details = {
  ...drainer,
  jobs: {
    type: "array",
    description: "The jobs that it holds.",
    items: {
      type: "object",
      required: ["id", "name", "queue"],
      properties: { id, name: { type: "string" }, queue: { type: "string" } },
    },
  },
}

export const drainerSchemas = {
  Drainer: { type: "object", required: Object.keys(drainer), properties: drainer },
  DrainerDetails: { type: "object", required: Object.keys(details), properties: details },
  DrainerList: {
    type: "object",
    required: ["drainers"],
    properties: {
      drainers: { type: "array", items: { $ref: "#/components/schemas/Drainer" } },
      next: { type: "string", description: "Present when more may follow: send it as `after`." },
    },
  },
}

export const drainerOperations: readonly Described[] = [
  describe(listDrainers, {
    id: "listDrainers",
    tag: "drainers",
    summary: "List the drainers: invocations, and sessions of workers",
    parameters: {
      state: {
        default: "alive",
        description: "Those that have not ended, or those that have, the last to end first.",
      },
      limit: limitNote("100"),
      after: afterNote,
    },
    responses: { 200: { description: "The drainers.", body: "DrainerList" } },
  }),
  describe(getDrainer, {
    id: "getDrainer",
    tag: "drainers",
    summary: "Read a drainer and the jobs that it holds",
    responses: { 200: { description: "The drainer.", body: "DrainerDetails" } },
    problems: [404],
  }),
]
