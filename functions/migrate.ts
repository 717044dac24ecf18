import { migrate } from "@sluice/core/migrate"
import { databaseUrl, migrationsDirectory, owner, schema } from "./settings.ts"

/** Brings the database's schema to this deployment's version. Invoked at each deploy, before anything drains. A schema that another stage has is refused. */
export const handler = () =>
  migrate(databaseUrl(), { schema, owner: owner(), directory: migrationsDirectory(), log: console.log })
