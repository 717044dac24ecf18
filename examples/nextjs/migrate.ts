import { migrate } from "@sluice/core/migrate"
import { jobs, schedules } from "./lib/jobs.ts"
import { createTables } from "./lib/tables.ts"

await migrate(process.env.DATABASE_URL ?? "", { jobs, schedules, log: console.log }) // says so if the variable is missing
await createTables()
console.log("The tables are up to date.")
process.exit()
