import { migrate } from "@sluice/core/migrate"
import { jobs } from "./lib/jobs.ts"
import { createTables } from "./lib/tables.ts"

await createTables()
await migrate(process.env.DATABASE_URL ?? "", { jobs })
process.exit()
