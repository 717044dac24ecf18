import { createSluice, type Sluice } from "@sluice/core"
import { createPool } from "@sluice/core/pg"
import { loadCore, loadJobs } from "./jobs-file.ts"
import type { Options } from "./options.ts"

/** Does the work with a connection, which is closed then. With `--jobs`, definitions check payloads. */
export async function withSluice<Value>(
  { databaseUrl, schema, jobs: file }: Options,
  work: (sluice: Sluice) => Promise<Value>,
): Promise<Value> {
  const pool = createPool(databaseUrl)
  try {
    if (file === undefined) return await work(createSluice({ database: pool, schema }))
    const { jobs } = await loadJobs(file)
    const core = await loadCore(file)
    return await work(core.createSluice({ database: pool, schema, jobs }))
  } finally {
    await pool.end()
  }
}
