import { InvalidInputError } from "@sluice/core"
import { enqueueOptions, type Field, name, notNull, required, type ValueOf } from "@sluice/core/fields"
import { refuse } from "../messages/problem.ts"
import { bodyOf, refuseAt, typeOf } from "./body.ts"

/** One job of a request. */
export const JOB = { name: required(name), payload: notNull, options: enqueueOptions }

export const jobRequest = bodyOf(JOB)

/** The document says how many there may be by default; `maxBatchJobs` of the app decides. */
export const MOST_JOBS = 10_000

/** A list of jobs, whose errors have the place of the job. */
export const jobs: Field<readonly ValueOf<typeof jobRequest>[], false> = {
  schema: { type: "array", maxItems: MOST_JOBS },
  items: jobRequest,
  isRequired: false,
  assert(value) {
    assertList("jobs", value)
    for (const [index, job] of value.entries())
      try {
        jobRequest.assert(job, [])
      } catch (error) {
        throw error instanceof InvalidInputError ? error.atIndex(index) : error
      }
  },
}

export function assertList(key: string, value: unknown): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) refuseAt([key], "invalid_body", `${key} ${typeOf(value)}; send a list of ${key}`)
}

/** A body with nothing but jobs. */
export const jobList = bodyOf({ jobs: required(jobs) })

export function assertFewJobs(given: readonly unknown[], most: number): void {
  assertFewEnough(given, most, "jobs", "batch", ". Send several batches")
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
