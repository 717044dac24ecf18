import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { runner } from "node-pg-migrate"
import pg, { type ClientBase, type Pool } from "pg"
import { readAddress } from "./address.ts"
import { SchemaError, SluiceError } from "./errors.ts"
import { claimSchema, refuseForeignSchema } from "./owner.ts"
import { assertSchemaName } from "./schema.ts"
import { replaceFunctions } from "./sql-functions.ts"
import { translateError } from "./translate.ts"

export interface MigrateOptions {
  /** The schema that holds Sluice's tables; made when it is missing. Default `"sluice"`. */
  readonly schema?: string
  /** The folder of the SQL files, with its folder `functions`. Default the one that comes with this package. */
  readonly directory?: string
  /**
   * Whose schema it is, as `"app/stage"`. It is remembered, and migrating for another owner is refused before anything
   * changes. Default: nobody asks.
   */
  readonly owner?: string
  /** Is told each line of progress. Default silent. */
  readonly log?: (line: string) => void
}

/**
 * Brings Sluice's schema to the version of this code: the numbered files that are new, in one transaction, then the
 * functions whose text has changed, in another. Safe to call from many places at once: all
 * but one wait, and find nothing to do. Needs a direct connection (no transaction pooler) that may create objects.
 *
 * @param database A connection string, or a pg `Pool` or connected `Client`.
 * @throws DatabaseUnavailableError
 * @throws SchemaError `schema_owned`: another owner has it.
 * @returns The names of the migrations that were applied, in order; `"functions"` last when functions were replaced.
 */
export async function migrate(
  database: string | Pool | ClientBase,
  options: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  const schema = assertSchemaName(options.schema ?? "sluice")
  try {
    return await withClient(database, async (client) => {
      if (options.owner) await refuseForeignSchema(client, schema, options.owner)
      const directory = options.directory ?? bundledMigrations()
      await refuseDraftSchema(client, schema)
      const applied = await runner({
        dbClient: client,
        dir: directory,
        schema,
        createSchema: true,
        migrationsTable: "migrations",
        direction: "up",
        singleTransaction: true,
        advisoryLockMode: "wait",
        verbose: false,
        log: options.log ?? (() => {}),
      })
      const names = applied.map((migration) => migration.name)
      if (await replaceFunctions(client, schema, directory)) names.push("functions")
      if (options.owner) await claimSchema(client, schema, options.owner)
      return { applied: names }
    })
  } catch (error) {
    throw translateError(error)
  }
}

/** Before the first release the tables had ten files; what they made can't be told from what 0001 makes now. */
async function refuseDraftSchema(client: ClientBase, schema: string): Promise<void> {
  const { rows } = await client.query("select to_regclass($1) is not null as there", [`${schema}.migrations`])
  if (!rows[0].there) return
  const drafts = await client.query(`select from ${schema}.migrations where name = '0002_shared'`)
  if (drafts.rowCount === 0) return
  throw new SchemaError(
    "schema_outdated",
    `The schema "${schema}" was made by a version from before the first release, which can't be upgraded: drop it with "drop schema ${schema} cascade", or choose another`,
  )
}

async function withClient<Value>(
  database: string | Pool | ClientBase,
  work: (client: ClientBase) => Promise<Value>,
): Promise<Value> {
  const { client, giveBack } = await borrow(database)
  try {
    return await work(client)
  } finally {
    await giveBack()
  }
}

async function borrow(database: string | Pool | ClientBase) {
  if (typeof database === "string") {
    const client = readAddress(database, (connectionString) => new pg.Client({ connectionString }))
    client.on("error", () => {}) // the statement that is under way rejects
    await client.connect()
    return { client, giveBack: () => client.end() }
  }
  if ("totalCount" in database) {
    const client = await database.connect()
    return { client, giveBack: async () => client.release(true) }
  }
  // the runner leaves its search_path behind
  const { rows } = await database.query("select current_setting('search_path') as path")
  const restore = () => database.query("select set_config('search_path', $1, false)", [rows[0].path])
  return { client: database, giveBack: restore }
}

/** In the repository the folder is at the top; in the published package it lies beside `dist/`. */
function bundledMigrations(): string {
  for (const candidate of ["../migrations", "../../../migrations"]) {
    const folder = fileURLToPath(new URL(candidate, import.meta.url))
    if (existsSync(folder)) return folder
  }
  throw new SluiceError(
    "migrations_missing",
    "The folder of SQL migrations is not beside this code: pass migrate(database, { directory }) where your bundle has it",
  )
}
