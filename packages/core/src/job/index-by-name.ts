import { isRecord } from "../checks/validate.ts"
import { InvalidInputError } from "../errors.ts"
import type { AnyJobDefinition } from "./define-job.ts"

/** Returns the definitions by name. Throws `InvalidInputError` (`duplicate_job`) if two share one. */
export function indexByName(jobs: readonly AnyJobDefinition[]): Map<string, AnyJobDefinition> {
  const definitions = new Map<string, AnyJobDefinition>()
  for (const job of assertDefinitionList(jobs)) {
    if (definitions.has(job.name)) {
      throw new InvalidInputError(
        "duplicate_job",
        `Two definitions are named ${JSON.stringify(job.name)}: names must be unique, rename one`,
      )
    }
    definitions.set(job.name, job)
  }
  return definitions
}

/** Throws `InvalidInputError` (`invalid_option`) unless it is a list of what `defineJob` returns. */
function assertDefinitionList(jobs: unknown): readonly AnyJobDefinition[] {
  const hint = "give a list of what defineJob returns, such as [welcome]"
  if (!Array.isArray(jobs)) {
    throw new InvalidInputError("invalid_option", `jobs is no list: ${hint}`, { path: ["jobs"] })
  }
  const index = jobs.findIndex((job) => !isDefinition(job))
  if (index < 0) return jobs
  const message = `jobs[${index}] is no job definition: ${hint}`
  throw new InvalidInputError("invalid_option", message, { path: ["jobs", index] })
}

/** Whether it is what `defineJob` returns, and not data, which has no functions. */
export function isDefinition(job: unknown): job is AnyJobDefinition {
  return isRecord(job) && typeof job.name === "string" && typeof job.enqueue === "function"
}
