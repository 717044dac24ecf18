import { migrate as migrateDatabase } from "@sluice/core/migrate"

export async function migrate(options: { databaseUrl: string; schema: string }): Promise<number> {
  const { applied } = await migrateDatabase(options.databaseUrl, { schema: options.schema })
  for (const name of applied) console.log(`applied ${name}`)
  console.log(`The schema ${options.schema} is up to date.`)
  return 0
}
