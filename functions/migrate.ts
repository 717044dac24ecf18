import { createMigrateHandler } from "@sluice/aws"
import { resources } from "./resources.ts"

/**
 * Migrates the database's schema to this deployment's version. Invoked on each deploy, before anything drains. Refuses a
 * schema that belongs to another stage.
 */
export const handler = createMigrateHandler({ database: resources.SluiceDatabase.url })
