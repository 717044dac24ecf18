import { createMigrateHandler } from "@sluice/aws"
import { jobs, schedules } from "../lib/jobs.ts"
import { createTables } from "../lib/tables.ts"

const migrateQueue = createMigrateHandler({ database: process.env.DATABASE_URL, jobs, schedules })

/** Runs on each deploy that changes it, before anything drains. */
export async function handler() {
  await createTables()
  return migrateQueue()
}
