import { oneOf, oneOrSome } from "../checks/field.ts"
import { jobId } from "./job-id.ts"

export const MOST_PARENTS = 1_000

/** The jobs after which a job runs. */
export const parents = oneOrSome(jobId, 0, MOST_PARENTS)

export const onParentFailure = oneOf(["fail", "continue", "wait"])

/** One of them, or several, as a list. Undefined: none. */
export function parentsOf(after: string | readonly string[] | undefined): readonly string[] | undefined {
  if (after === undefined || after.length === 0) return undefined
  return typeof after === "string" ? [after] : after
}
