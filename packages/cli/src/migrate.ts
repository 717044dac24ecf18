import { type MigrateOptions, migrate as migrateDatabase } from "@sluice/core/migrate"
import { loadJobs } from "./jobs-file.ts"
import { UsageError } from "./option-spec.ts"
import type { Options } from "./options.ts"

/** Upgrades the schema to the version of this package, and stores in it what else is given: jobs, retention, owner. */
export async function migrate(options: Options): Promise<number> {
  const { applied } = await migrateDatabase(options.databaseUrl, await migrateOptions(options))
  for (const name of applied) console.log(`applied ${name}`)
  console.log(`The schema ${options.schema} is up to date.`)
  return 0
}

async function migrateOptions(options: Options): Promise<MigrateOptions> {
  const { schema, owner, retention, unknownNames } = options
  if (unknownNames !== undefined && options.jobs === undefined)
    throw new UsageError("--unknown-names needs --jobs, which says the known ones")
  const { jobs, schedules } = options.jobs === undefined ? {} : await loadJobs(options.jobs)
  const all = { schema, owner, retention, jobs, schedules, unknownNames }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
