import {
  getForecast,
  getHealth,
  getThroughput,
  listDeployments,
  listNames,
  listSeries,
  metrics,
} from "../api/measure-routes.ts"
import { type Described, describe } from "./describe.ts"
import { count, instant } from "./values.ts"

const percentiles = {
  type: "object",
  required: ["p50", "p95", "p99"],
  properties: {
    p50: { type: ["number", "null"] },
    p95: { type: ["number", "null"] },
    p99: { type: ["number", "null"] },
  },
}

const measured = {
  type: "object",
  required: [
    "executions",
    "succeeded",
    "retried",
    "discarded",
    "canceled",
    "snoozed",
    "interrupted",
    "failureRate",
    "waitMs",
    "runMs",
    "busyMs",
    "gbSeconds",
  ],
  properties: {
    executions: { ...count, description: "All that ended in this time." },
    succeeded: count,
    retried: count,
    discarded: count,
    canceled: count,
    snoozed: count,
    interrupted: count,
    failureRate: {
      type: ["number", "null"],
      description:
        "The share of those that were retried, discarded or interrupted, from 0 to 1; null without executions.",
    },
    waitMs: { ...percentiles, description: "From when jobs were due to their start; within 4.5 %." },
    runMs: { ...percentiles, description: "How long executions took; within 4.5 %." },
    busyMs: count,
    gbSeconds: { type: "number", description: "What Lambda billed for them; 0 elsewhere." },
  },
}

export const measureSchemas = {
  Throughput: {
    type: "object",
    required: ["since", "until", "stepMs", "points", "total"],
    properties: {
      since: instant,
      until: instant,
      stepMs: count,
      points: {
        type: "array",
        items: {
          type: "object",
          required: ["at", ...measured.required],
          properties: { at: { ...instant, description: "When it begins." }, ...measured.properties },
        },
      },
      total: measured,
    },
  },
  SeriesList: {
    type: "object",
    required: ["since", "until", "stepMs", "series"],
    properties: {
      since: instant,
      until: instant,
      stepMs: count,
      series: {
        type: "array",
        items: {
          type: "object",
          required: ["of", "executions", "failures"],
          properties: {
            of: { type: "string", description: "The queue, or the job name." },
            executions: { type: "array", items: count, description: "Of each step." },
            failures: {
              type: "array",
              items: count,
              description: "Those that were retried, discarded or interrupted.",
            },
          },
        },
      },
    },
  },
  NameList: {
    type: "object",
    required: ["names"],
    properties: {
      names: {
        type: "array",
        items: {
          type: "object",
          required: ["name", "queues", "lastAt", ...measured.required],
          properties: {
            name: { type: "string" },
            queues: { type: "array", items: { type: "string" } },
            lastAt: {
              ...instant,
              description: "When the last of them ended, to the minute, ten minutes or hour.",
            },
            ...measured.properties,
          },
        },
      },
    },
  },
  Forecast: {
    type: "object",
    required: ["ready", "isEstimate", "endedPerMinute", "enqueuedPerMinute", "drainedAt"],
    properties: {
      ready: { ...count, description: "Jobs that are due and not running." },
      isEstimate: { type: "boolean", description: "From 10,000 on." },
      endedPerMinute: { type: "number" },
      enqueuedPerMinute: { type: ["number", "null"] },
      drainedAt: {
        type: ["string", "null"],
        format: "date-time",
        description: "null: not as long as it goes on like this.",
      },
    },
  },
  DeploymentList: {
    type: "object",
    required: ["deployments"],
    properties: {
      deployments: {
        type: "array",
        items: {
          type: "object",
          required: ["version", "at"],
          properties: {
            version: { type: "string" },
            at: { ...instant, description: "When its first drainer opened." },
          },
        },
      },
    },
  },
  Verdict: {
    type: "object",
    required: ["verdict", "reasons", "at"],
    properties: {
      verdict: {
        type: "string",
        enum: ["healthy", "late", "failing"],
        description: "`late`: jobs wait too long. `failing`: they fail, or nothing performs them.",
      },
      reasons: {
        type: "array",
        description: "The worst first.",
        items: {
          type: "object",
          required: ["verdict", "code", "value", "limit", "message"],
          properties: {
            verdict: { type: "string", enum: ["late", "failing"] },
            code: { type: "string", enum: ["oldest_ready", "failure_rate", "no_drainer", "unknown_names"] },
            value: { type: "number", description: "Milliseconds, a share, or jobs." },
            limit: { type: "number", description: "What it may be at most." },
            message: { type: "string" },
            names: {
              type: "array",
              items: { type: "string" },
              description: "The job names that it is about.",
            },
          },
        },
      },
      at: instant,
    },
  },
}

export const range = {
  since: "An instant before `until`. Default: an hour before it.",
  until: "Default: now.",
}
export const step =
  "How long a step is, as `10m`: whole minutes or, from an hour on, whole hours, up to 31 days, with at most 1,500 steps. Default: one with which there are at most 150."
const queue = "Only jobs of this queue."

export const measureOperations: readonly Described[] = [
  describe(getThroughput, {
    id: "getThroughput",
    tag: "measures",
    summary: "Read how many executions there were, how they ended, and how long they took",
    parameters: { ...range, step, name: "Only jobs of this name.", queue },
    responses: {
      200: { description: "Points for each step, and all of them together.", body: "Throughput" },
    },
  }),
  describe(listSeries, {
    id: "listSeries",
    tag: "measures",
    summary: "Read how many executions there were in each step, for each queue or each job name",
    parameters: {
      ...range,
      step,
      by: "What each series is of. Default `queue`.",
    },
    responses: { 200: { description: "The series, ordered by queue or name.", body: "SeriesList" } },
  }),
  describe(listNames, {
    id: "listNames",
    tag: "measures",
    summary: "Read what the executions of each job name came to",
    parameters: { ...range, queue },
    responses: {
      200: { description: "The job names with executions in this time, ordered.", body: "NameList" },
    },
  }),
  describe(getForecast, {
    id: "getForecast",
    tag: "measures",
    summary: "Read when the backlog will be drained",
    responses: { 200: { description: "As it goes on if it goes on like this.", body: "Forecast" } },
  }),
  describe(listDeployments, {
    id: "listDeployments",
    tag: "measures",
    summary: "Read when drainers of a new version of the app first opened",
    parameters: range,
    responses: { 200: { description: "The versions, the oldest first.", body: "DeploymentList" } },
  }),
  describe(getHealth, {
    id: "getHealth",
    tag: "measures",
    summary: "Check the queue: whether it is healthy, late or failing, and why",
    responses: {
      200: { description: "It is healthy or late.", body: "Verdict" },
      503: {
        description: "It is failing; or, as a problem, the database does not respond.",
        content: {
          "application/json": { schema: { $ref: "#/components/schemas/Verdict" } },
          "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
        },
      },
    },
  }),
  describe(metrics, {
    id: "metrics",
    tag: "measures",
    summary: "Read metrics in Prometheus's text format",
    responses: {
      200: { description: "The metrics.", content: { "text/plain": { schema: { type: "string" } } } },
    },
  }),
]
