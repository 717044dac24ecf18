import { getError, listErrors, listFailures, retryError } from "../api/error-routes.ts"
import { component, type Described, describe, schemasOf } from "./describe.ts"
import { afterNote, count, id, instant, limitNote } from "./values.ts"

const group = {
  fingerprint: { type: "string", examples: ["4kq0v1x2a3b4"] },
  class: { type: "string", description: "Of the newest failure, as the next three." },
  code: { type: ["string", "null"] },
  message: { type: "string" },
  jobId: id,
  pattern: { type: "string", description: "The message without the values in it." },
  place: { type: ["string", "null"], description: "Where in the app's code it was thrown." },
  failures: { ...count, description: "How many executions failed so." },
  isCapped: { type: "boolean", description: "Whether there are more than were counted." },
  discarded: { ...count, description: "Those of them after which a job was discarded." },
  firstAt: instant,
  lastAt: instant,
  names: {
    type: "array",
    description: "Up to 20 names of jobs, the one with the most failures first.",
    items: {
      type: "object",
      required: ["name", "failures"],
      properties: { name: { type: "string" }, failures: count },
    },
  },
}

const details = {
  ...group,
  since: instant,
  until: instant,
  stack: { type: ["string", "null"] },
  stepMs: count,
  trend: { type: "array", items: count, description: "How many failures ended in each step." },
  trendFrom: { ...instant, description: "Since when `trend` counts: of many failures, the newest 50,000." },
}

const outcome = { type: "string", enum: ["retried", "discarded", "snoozed", "interrupted"] }

const failure = {
  jobId: id,
  name: { type: "string" },
  attempt: count,
  outcome,
  at: instant,
  durationMs: { type: ["number", "null"] },
  waitMs: { type: ["number", "null"] },
  class: { type: "string" },
  code: { type: ["string", "null"] },
  message: { type: "string" },
  drainer: { type: ["string", "null"], description: "What it is called: on Lambda, the request id." },
}

const retried = {
  until: { ...instant, description: "Before when the failures ended: the request's, or when it came." },
  matched: { ...count, description: "How many discarded jobs there are, or were looked at in 20 seconds." },
  changed: { ...count, description: "How many were retried." },
  refused: {
    type: "array",
    description: "The first 1,000 of those that could not be retried, and why.",
    items: {
      type: "object",
      required: ["id", "code"],
      properties: { id, code: { type: "string", examples: ["unique_key_taken"] } },
    },
  },
  next: {
    type: "string",
    description: "Present when jobs may be left: send it as `after`, with the same `since` and this `until`.",
  },
}

const range = { since: "An instant before `until`. Default: a day before it.", until: "Default: now." }

const retryRequest = component("ErrorRetry", retryError.body, {
  ...range,
  retriedBy: "Who asks for it: the attempts say so.",
  dryRun: { default: false, description: "Only counts the jobs." },
  after: "The `next` of the previous response.",
})

export const errorSchemas = {
  ErrorGroup: { type: "object", required: Object.keys(group), properties: group },
  ErrorList: {
    type: "object",
    required: ["since", "until", "groups", "isWhole"],
    properties: {
      since: instant,
      until: instant,
      groups: { type: "array", items: { $ref: "#/components/schemas/ErrorGroup" } },
      isWhole: {
        type: "boolean",
        description: "False if there are so many kinds of failures that not all were looked at.",
      },
    },
  },
  ErrorDetails: { type: "object", required: Object.keys(details), properties: details },
  FailureList: {
    type: "object",
    required: ["failures"],
    properties: {
      failures: {
        type: "array",
        items: { type: "object", required: Object.keys(failure), properties: failure },
      },
      next: { type: "string", description: "Present when more may follow: send it as `after`." },
    },
  },
  ...schemasOf(retryRequest),
  ErrorRetried: {
    type: "object",
    required: ["until", "matched", "changed", "refused"],
    properties: retried,
  },
}

export const errorOperations: readonly Described[] = [
  describe(listErrors, {
    id: "listErrors",
    tag: "errors",
    summary: "List how executions have failed, those that are alike as one group",
    parameters: {
      ...range,
      name: "Only failures of jobs of this name.",
      order: {
        default: "newest",
        description: "Which group comes first: that with the newest failure, or with the most.",
      },
      limit: limitNote("100"),
    },
    responses: { 200: { description: "The groups.", body: "ErrorList" } },
  }),
  describe(getError, {
    id: "getError",
    tag: "errors",
    summary: "Read a group of failures with its newest stack and its trend",
    parameters: range,
    responses: { 200: { description: "The group.", body: "ErrorDetails" } },
    problems: [404],
  }),
  describe(listFailures, {
    id: "listFailures",
    tag: "errors",
    summary: "List the failed executions of a group, the newest first",
    parameters: {
      ...range,
      outcome: "Only those that ended so.",
      limit: limitNote("50"),
      after: afterNote,
    },
    responses: { 200: { description: "The executions.", body: "FailureList" } },
  }),
  describe(retryError, {
    id: "retryError",
    tag: "errors",
    summary: "Retry the jobs that were discarded with a failure of a group, and have not been retried since",
    body: retryRequest,
    responses: { 200: { description: "What was done, within 20 seconds.", body: "ErrorRetried" } },
  }),
]
