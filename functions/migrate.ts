import { createMigrateHandler } from "@sluice/aws"
import { jobs, schedules } from "./jobs/index.ts"
import { resources } from "./resources.ts"

/**
 * Migrates the database's schema to this deployment's version. Invoked on each deploy, before anything drains. Refuses a
 * schema that belongs to another stage. Registers the jobs, so that those enqueued over SQL have their policies.
 */
export const handler = createMigrateHandler({ database: resources.SluiceDatabase.url, jobs, schedules })
