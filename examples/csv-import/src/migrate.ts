import { migrate } from "@sluice/core/migrate"
import { importCustomers } from "./jobs.ts"
import { pool, url } from "./queue.ts"

await migrate(url, { jobs: [importCustomers] })
await pool.query(
  "create table if not exists customers (email text not null, name text not null, note text not null)",
)
await pool.end()
