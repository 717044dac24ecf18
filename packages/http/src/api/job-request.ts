import type { EnqueueOptions, JobFilter, ListJobsOptions } from "@sluice/core"
import { pointerTo, refuse, truncate } from "../messages/problem.ts"

/** One job of a request. Core validates its name, payload and options. */
export interface JobRequest {
  readonly name: string
  /** Default `{}`. */
  readonly payload?: unknown
  readonly options?: Omit<EnqueueOptions, "transaction" | "request">
}

/** The body of `POST /v1/jobs`. */
export function parseJobRequest(body: unknown): JobRequest {
  return parseJob([], body)
}

/** The body of `POST /v1/jobs/batch`. */
export function parseBatchRequest(body: unknown, maxBatchJobs: number): JobRequest[] {
  return parseJobs(parseObject([], body, ["jobs"]).jobs, maxBatchJobs)
}

/** The `jobs` of a body. */
export function parseJobs(jobs: unknown, maxBatchJobs: number): JobRequest[] {
  if (!Array.isArray(jobs)) refuseAt(["jobs"], "invalid_body", `jobs ${typeOf(jobs)}; send a list of jobs`)
  assertFewEnough(jobs, maxBatchJobs, "jobs", "batch", ". Send several batches")
  return jobs.map((job, index) => parseJob(["jobs", index], job))
}

/** Refuses a list of a body that is too long. `remedy`: what the message says then. */
export function assertFewEnough(
  list: readonly unknown[],
  most: number,
  key: string,
  what: string,
  remedy = "",
): void {
  if (list.length > most)
    refuse({
      status: 413,
      code: "batch_too_large",
      detail: `The ${what} has ${list.length} ${key}; the limit is ${most}${remedy}`,
      errors: [{ pointer: `/${key}`, message: `has more than ${most} elements` }],
    })
}

/** Those that may be there several times: one of the values applies. */
const ALTERNATIVES = ["state", "name", "queue"]
const CONDITIONS = [
  ...ALTERNATIVES,
  "tag",
  "batch",
  "key",
  "uniqueKey",
  "concurrencyKey",
  "errorClass",
  "input",
  "since",
  "until",
  "enqueuedBefore",
  "enqueuedAfter",
]

/** The query of `GET /v1/jobs`. Core validates the values. */
export function parseListRequest(queries: Record<string, string[]>): {
  filter: JobFilter
  options: ListJobsOptions
} {
  const given = Object.entries(queries)
  const known = [...CONDITIONS, "limit", "after"]
  for (const [key, values] of given) {
    const problem = known.includes(key)
      ? "is there more than once"
      : `is an unknown parameter; known are ${known.join(", ")}`
    if (!known.includes(key) || (values.length > 1 && !ALTERNATIVES.includes(key)))
      refuse({ status: 422, code: "unknown_key", detail: `'${truncate(key)}' ${problem}` })
  }
  const { limit, after, ...filter } = Object.fromEntries(
    given.map(([key, values]) => [key, values.length > 1 ? values : values[0]]),
  ) as { limit?: string; after?: string }
  return {
    filter: filter as JobFilter,
    options: {
      ...(limit !== undefined && { limit: numberOf(limit) }),
      ...(after !== undefined && { after }),
    },
  }
}

/** Core refuses what isn't a number, and quotes it. */
export function numberOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : (text as unknown as number)
}

/** Gateways give up on a request after 30 seconds. */
const LONGEST_WAIT_SECONDS = 25

/** The `wait` of `GET /v1/jobs/{id}`. */
export function parseWait(text: string): number {
  const seconds = /^\d{1,2}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY
  if (seconds <= LONGEST_WAIT_SECONDS) return seconds
  return refuse({
    status: 422,
    code: "invalid_option",
    detail: `wait is ${truncate(JSON.stringify(text))}; send a number of seconds from 0 to ${LONGEST_WAIT_SECONDS}`,
  })
}

type Path = readonly (string | number)[]

function parseJob(path: Path, value: unknown): JobRequest {
  const { name, payload, options } = parseObject(path, value, ["name", "payload", "options"])
  if (typeof name !== "string")
    refuseAt([...path, "name"], "invalid_body", `name ${typeOf(name)}; send a job's name`)
  if (options === undefined) return { name, payload }
  return { name, payload, options: parseOptions([...path, "options"], options) }
}

/** Core validates the options, except for those of a call, which are meaningless outside a process. */
function parseOptions(path: Path, value: unknown): Omit<EnqueueOptions, "transaction" | "request"> {
  if (!isObject(value)) refuseAt(path, "invalid_body", `options ${typeOf(value)}; send an object`)
  for (const option of ["transaction", "request"])
    if (Object.hasOwn(value, option))
      refuseAt([...path, option], "unknown_option", `${option} is not an option of the HTTP API`)
  return value
}

/** Refuses what is no object, and keys that are unknown. */
export function parseObject(path: Path, value: unknown, keys: readonly string[]): Record<string, unknown> {
  if (!isObject(value)) {
    refuseAt(
      path,
      "invalid_body",
      `${path.join(".") || "The body"} ${typeOf(value)}; send an object with ${keys.join(", ")}`,
    )
  }
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) {
      refuseAt(
        [...path, truncate(key)],
        "unknown_key",
        `'${truncate(key)}' is an unknown key; known are ${keys.join(", ")}`,
      )
    }
  }
  return value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function typeOf(value: unknown): string {
  if (value === undefined) return "is missing"
  if (value === null) return "is null"
  if (typeof value === "object") return Array.isArray(value) ? "is a list" : "is an object"
  return `is a ${typeof value}`
}

function refuseAt(path: Path, code: string, message: string): never {
  const index = path[0] === "jobs" && typeof path[1] === "number" ? path[1] : undefined
  return refuse({
    status: 422,
    code,
    detail: index === undefined ? message : `Job ${index} of the batch: ${message}`,
    ...(index !== undefined && { index }),
    errors: [{ pointer: pointerTo(path), message }],
  })
}
