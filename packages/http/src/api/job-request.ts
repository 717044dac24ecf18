import type { EnqueueOptions } from "@sluice/core"
import { refuse, truncate } from "../messages/problem.ts"
import { isObject, type Path, parseObject, refuseAt, typeOf } from "./parse-object.ts"

/** One job of a request. Core validates its name, payload and options. */
export interface JobRequest {
  readonly name: string
  /** Default `{}`. */
  readonly payload?: unknown
  readonly options?: Omit<EnqueueOptions, "transaction" | "request">
}

export const JOB_KEYS = ["name", "payload", "options"] as const

/** The body of `POST /v1/jobs`, once its keys are checked. */
export function parseJobRequest(body: JobFields): JobRequest {
  return jobOf([], body)
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

/** Gateways give up on a request after 30 seconds. */
const LONGEST_WAIT_SECONDS = 25

/** Checks the `wait` of `GET /v1/jobs/{id}`. */
export function assertWait(seconds: unknown): void {
  if (typeof seconds === "number" && seconds <= LONGEST_WAIT_SECONDS) return
  refuse({
    status: 422,
    code: "invalid_option",
    detail: `wait is ${truncate(JSON.stringify(String(seconds)))}; send a number of seconds from 0 to ${LONGEST_WAIT_SECONDS}`,
  })
}

function parseJob(path: Path, value: unknown): JobRequest {
  return jobOf(path, parseObject(path, value, JOB_KEYS))
}

type JobFields = { readonly [Key in (typeof JOB_KEYS)[number]]?: unknown }

function jobOf(path: Path, { name, payload, options }: JobFields): JobRequest {
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
