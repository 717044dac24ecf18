import { InvalidInputError } from "../errors.ts"
import type { AnyJobDefinition } from "./define-job.ts"

/** Returns the definitions by name. Throws `InvalidInputError` (`duplicate_job`) if two share one. */
export function indexByName(jobs: readonly AnyJobDefinition[]): Map<string, AnyJobDefinition> {
  const definitions = new Map<string, AnyJobDefinition>()
  for (const job of jobs) {
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
