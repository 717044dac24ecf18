import { migrate } from "@sluice/core/migrate"
import { databaseUrl, migrationsDirectory, schema } from "./settings.ts"

/** Brings the database's schema to this deployment's version. Invoked at each deploy, before anything drains. */
export const handler = () =>
  migrate(databaseUrl(), { schema, directory: migrationsDirectory(), log: console.log })
