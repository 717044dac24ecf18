import { assertRecord } from "@sluice/core/checks"
import { type MigrateOptions, migrate } from "@sluice/core/migrate"
import { missingAddressError } from "@sluice/core/pg"
import { migrateEnvironment, withDefaults } from "./environment.ts"

/**
 * The options of `migrate`. Where the component of `@sluice/aws/sst` sets a variable, its value is the default:
 * `SLUICE_SCHEMA` of `schema`, `SLUICE_OWNER` of `owner`, `SLUICE_RETENTION` of `retention`.
 */
export interface MigrateHandlerOptions extends MigrateOptions {
  /** See `migrate`. If it is missing, the handler can be created, and fails when it is invoked. */
  readonly database: Parameters<typeof migrate>[0] | undefined
}

/**
 * The function that the component invokes on each deploy, before anything drains: migrates the schema to the version of
 * this code. Refuses a schema that belongs to another app or stage. Returns and throws as `migrate` does.
 */
export function createMigrateHandler(given: MigrateHandlerOptions) {
  assertRecord(given, ["createMigrateHandler"])
  const { database, ...others } = given
  const options = withDefaults<MigrateOptions>(others, migrateEnvironment())

  return async () => {
    if (!database) throw missingAddressError("createMigrateHandler")
    return migrate(database, { log: console.log, ...options })
  }
}
