import { refuse } from "../checks/validate.ts"
import { assertJobId } from "./job-id.ts"

export const ON_PARENT_FAILURE = ["fail", "continue", "wait"]
const MOST_PARENTS = 1_000

/** Checks the ids of the jobs after which a job runs. */
export function assertParents(after: unknown, path: readonly string[]): void {
  if (after === undefined) return
  if (!Array.isArray(after)) assertJobId(after, path)
  else {
    assertFewParents(after, path)
    for (const [index, id] of after.entries()) assertJobId(id, [...path, index])
  }
}

export function assertFewParents(after: readonly unknown[], path: readonly string[]): void {
  if (after.length > MOST_PARENTS)
    refuse("invalid_option", `${after.length} of them`, path, `up to ${MOST_PARENTS}`)
}

/** One of them, or several, as a list. Undefined: none. */
export function parentsOf(after: string | readonly string[] | undefined): readonly string[] | undefined {
  if (after === undefined || after.length === 0) return undefined
  return typeof after === "string" ? [after] : after
}
