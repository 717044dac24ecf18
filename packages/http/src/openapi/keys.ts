import { listKeys, listRates } from "../api/key-routes.ts"
import { type Described, describe } from "./describe.ts"
import { afterNote, count, instantOrNull, limitNote } from "./values.ts"

const integerOrNull = { type: ["integer", "null"] }

const concurrencyKey = {
  key: { type: "string" },
  limit: { ...integerOrNull, description: "How many of its jobs may run at once; null: it has no jobs." },
  override: {
    ...integerOrNull,
    description: "How many an operator has set instead, see `overrideLimit`; null: nobody has.",
  },
  allowed: { ...integerOrNull, description: "How many may run now: 0 while it is paused." },
  running: count,
  waiting: { ...count, description: "How many wait for the key. Counting stops at 1,001." },
  unfinished: { ...count, description: "How many unfinished jobs have it. Counting stops at 1,001." },
  paused: { type: "boolean" },
  pausedUntil: instantOrNull,
  waitingLimit: {
    ...integerOrNull,
    description: "How many unfinished jobs it may have; null: any number.",
  },
}

const rate = {
  key: { type: "string" },
  limit: { ...count, description: "How many jobs may start in `perMs`." },
  perMs: count,
  burst: { ...count, description: "How many of them at once." },
  overridden: { type: "boolean", description: "Whether an operator has set it, see `overrideRate`." },
  room: { type: "number", description: "How many may start now." },
  nextAt: { ...instantOrNull, description: "When the next one may start; null: none waits." },
  waiting: { ...count, description: "How many wait for the rate. Counting stops at 1,001." },
}

export const keySchemas = {
  KeyList: {
    type: "object",
    required: ["keys"],
    properties: {
      keys: {
        type: "array",
        items: { type: "object", required: Object.keys(concurrencyKey), properties: concurrencyKey },
      },
      next: { type: "string", description: "Present when more may follow: send it as `after`." },
    },
  },
  RateList: {
    type: "object",
    required: ["rates"],
    properties: {
      rates: { type: "array", items: { type: "object", required: Object.keys(rate), properties: rate } },
      next: { type: "string", description: "Present when more may follow: send it as `after`." },
    },
  },
}

export const keyOperations: readonly Described[] = [
  describe(listKeys, {
    id: "listKeys",
    tag: "limits",
    summary: "List the concurrency keys that have unfinished jobs, a pause or a waiting limit",
    parameters: {
      order: {
        default: "key",
        description: "By key; or those for which most jobs wait, in one page.",
      },
      key: "Only this key, or these, whether they have jobs or not.",
      limit: limitNote("50"),
      after: afterNote,
    },
    responses: { 200: { description: "The keys.", body: "KeyList" } },
  }),
  describe(listRates, {
    id: "listRates",
    tag: "limits",
    summary: "List the keys of rates whose starts still count, or for which jobs wait, ordered by key",
    parameters: { limit: limitNote("50"), after: afterNote },
    responses: { 200: { description: "The keys.", body: "RateList" } },
  }),
]
