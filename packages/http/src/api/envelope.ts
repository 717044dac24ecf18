import type { EnqueueOptions } from "@sluice/core"
import { cut, pointerTo, refuse } from "../messages/problem.ts"

/** One job as a request names it. What its name, payload and options mean is for the core to judge. */
export interface JobRequest {
  readonly name: string
  /** Left out, it is `{}`. */
  readonly payload?: unknown
  readonly options?: Omit<EnqueueOptions, "transaction">
}

/** The body of `POST /v1/jobs`. */
export function jobFrom(body: unknown): JobRequest {
  return jobAt([], body)
}

/** The body of `POST /v1/jobs/batch`. */
export function batchFrom(body: unknown, maxBatchJobs: number): JobRequest[] {
  const envelope = objectAt([], body, ["jobs"])
  const { jobs } = envelope
  if (!Array.isArray(jobs)) wrong(["jobs"], "invalid_body", `jobs ${isWhat(jobs)}; send a list of jobs`)
  if (jobs.length > maxBatchJobs) {
    refuse({
      status: 413,
      code: "batch_too_large",
      detail: `The batch has ${jobs.length} jobs and may have ${maxBatchJobs}; send several batches`,
      errors: [{ pointer: "/jobs", message: `has more than ${maxBatchJobs} elements` }],
    })
  }
  return jobs.map((job, index) => jobAt(["jobs", index], job))
}

type Path = readonly (string | number)[]

function jobAt(path: Path, value: unknown): JobRequest {
  const job = objectAt(path, value, ["name", "payload", "options"])
  const { name, payload, options } = job
  if (typeof name !== "string")
    wrong([...path, "name"], "invalid_body", `name ${isWhat(name)}; send a job's name`)
  if (options === undefined) return { name, payload }
  return { name, payload, options: optionsAt([...path, "options"], options) }
}

// The core checks the options, but for the one that only makes sense inside a process.
function optionsAt(path: Path, value: unknown): Omit<EnqueueOptions, "transaction"> {
  if (!isObject(value)) wrong(path, "invalid_body", `options ${isWhat(value)}; send an object`)
  if (Object.hasOwn(value, "transaction")) {
    wrong([...path, "transaction"], "unknown_option", "transaction is no option of the HTTP API")
  }
  return value
}

function objectAt(path: Path, value: unknown, keys: readonly string[]): Record<string, unknown> {
  if (!isObject(value)) {
    wrong(
      path,
      "invalid_body",
      `${path.join(".") || "The body"} ${isWhat(value)}; send an object with ${keys.join(", ")}`,
    )
  }
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) {
      wrong(
        [...path, cut(key)],
        "unknown_key",
        `'${cut(key)}' is not known here; known are ${keys.join(", ")}`,
      )
    }
  }
  return value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function isWhat(value: unknown): string {
  if (value === undefined) return "is missing"
  if (value === null) return "is null"
  return Array.isArray(value) ? "is a list" : `is a ${typeof value}`
}

function wrong(path: Path, code: string, message: string): never {
  const index = path[0] === "jobs" && typeof path[1] === "number" ? path[1] : undefined
  return refuse({
    status: 422,
    code,
    detail: index === undefined ? message : `Job ${index} of the batch: ${message}`,
    ...(index !== undefined && { index }),
    errors: [{ pointer: pointerTo(path), message }],
  })
}
