import { type MigrateOptions, migrate as migrateDatabase, planMigration } from "@sluice/core/migrate"
import { EXIT } from "./exit.ts"
import { loadJobs } from "./jobs-file.ts"
import { UsageError } from "./option-spec.ts"
import type { Options } from "./options.ts"
import { printJson } from "./output/terminal.ts"

/** Upgrades the schema to the version of this package, and stores in it what else is given: jobs, retention, owner. */
export async function migrate(options: Options): Promise<number> {
  const { applied } = await migrateDatabase(options.databaseUrl, await migrateOptions(options))
  if (options.json) printJson({ applied })
  else {
    for (const name of applied) console.log(`applied ${name}`)
    console.log(`The schema ${options.schema} is up to date.`)
  }
  return 0
}

/** Says whether there is something to migrate: then the exit code is 1. */
export async function migrationStatus(options: Options): Promise<number> {
  const { schema } = options
  const { sql: _, ...status } = await planMigration(options.databaseUrl, { schema })
  const { state, version, codeVersion, applied, pending } = status
  if (options.json) printJson(status)
  else {
    const found =
      version === null ? `There is no schema ${schema}` : `The schema ${schema} has version ${version}`
    console.log(`${found}, this package ${codeVersion}: ${STATES[state]}.`)
    for (const name of applied) console.log(`applied ${name}`)
    for (const name of pending) console.log(`pending ${name}`)
  }
  return state === "behind" ? EXIT.unchanged : 0
}

const STATES = {
  current: "nothing is to be done",
  behind: "run sluice migrate",
  newer: "newer code has migrated it, and this one leaves it",
}

/** Prints the SQL of what `migrate` would do. */
export async function migrationPlan(options: Options): Promise<number> {
  const plan = await planMigration(options.databaseUrl, { schema: options.schema })
  if (options.json) printJson(plan)
  else process.stdout.write(plan.sql)
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
