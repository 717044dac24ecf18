import { migrate } from "@sluice/core/migrate"
import { databaseUrl, migrationsDirectory, owner, schema } from "./settings.ts"

/**
 * Migrates the database's schema to this deployment's version. Invoked on each deploy, before anything drains. Refuses a
 * schema that belongs to another stage.
 */
export const handler = () =>
  migrate(databaseUrl(), { schema, owner: owner(), directory: migrationsDirectory(), log: console.log })
