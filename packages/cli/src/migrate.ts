import { SluiceError } from "@sluice/core"
import { migrate as migrateDatabase } from "@sluice/core/migrate"
import type { Options } from "./options.ts"

/** Upgrades the schema to the version of this package. */
export async function migrate({ databaseUrl, schema, owner, jobs, unknownNames }: Options): Promise<number> {
  if (unknownNames !== undefined && jobs === undefined)
    throw new SluiceError("bad_arguments", "--unknown-names needs --jobs, which says the known ones")
  const { applied } = await migrateDatabase(databaseUrl, { schema, ...(owner !== undefined && { owner }) })
  for (const name of applied) console.log(`applied ${name}`)
  console.log(`The schema ${schema} is up to date.`)
  return 0
}
