import { existsSync } from "node:fs"
import { join } from "node:path"
import { UsageError } from "../option-spec.ts"

/** Where apps keep their jobs, the likeliest first. */
const PLACES = [
  "src/jobs/index",
  "jobs/index",
  "functions/jobs/index",
  "src/jobs",
  "jobs",
  "lib/jobs/index",
  "lib/jobs",
]
const EXTENSIONS = [".ts", ".mts", ".js", ".mjs"]

/** The file that exports the app's jobs, if there is one in a usual place. */
function findJobsFile(folder: string): string | undefined {
  const files = PLACES.flatMap((place) => EXTENSIONS.map((extension) => `${place}${extension}`))
  return files.find((file) => existsSync(join(folder, file)))
}

/** The file that was given, or found. */
export function jobsFile(given: string | undefined): string {
  const file = given ?? findJobsFile(process.cwd())
  if (file !== undefined) return file
  throw new UsageError(
    "Which jobs? Give --jobs <file>, a module that exports their definitions, or begin with sluice init",
  )
}
