import { userInfo } from "node:os"
import {
  type AnyJobDefinition,
  actingAs,
  createSluice,
  type Principal,
  type Queryable,
  type Sluice,
} from "@sluice/core"
import { createPool } from "@sluice/core/pg"
import { loadCore, loadJobs } from "./jobs-file.ts"
import type { Options } from "./options.ts"

/**
 * Does the work with a connection, which is closed then, on behalf of who has typed the command: the audit log tells. With
 * `--jobs`, definitions check payloads.
 */
export async function withSluice<Value>(
  options: Options,
  work: (sluice: Sluice) => Promise<Value>,
): Promise<Value> {
  const pool = createPool(options.databaseUrl)
  try {
    const { sluice } = await openSluice(options, pool)
    return await work(actingAs(sluice, userOfThisProcess(), "cli"))
  } finally {
    await pool.end()
  }
}

/** A Sluice on this connection, with the definitions and options of `--jobs` and the core that they use. */
export async function openSluice(
  { schema, jobs: file }: Options,
  database: Queryable,
): Promise<{ sluice: Sluice; jobs: AnyJobDefinition[] | undefined }> {
  if (file === undefined) return { sluice: createSluice({ database, schema }), jobs: undefined }
  const { jobs, sluiceOptions } = await loadJobs(file)
  const core = await loadCore(file)
  return { sluice: core.createSluice({ ...sluiceOptions, database, schema, jobs }), jobs }
}

/** Whoever has the address of the database may do what its role may. */
function userOfThisProcess(): Principal {
  const name = userName()
  return { id: `user:${name}`, name, role: "admin" }
}

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? "unknown")
  }
}
