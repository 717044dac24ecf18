import { existsSync } from "node:fs"
import { readdir } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { PG_MIGRATE_LOCK_ID, runner } from "node-pg-migrate"
import pg, { type ClientBase, type Pool } from "pg"
import { readAddress } from "../database/address.ts"
import { assertSchemaName } from "../database/schema.ts"
import { codeOf, translateError } from "../database/translate-error.ts"
import { SchemaError, SluiceError } from "../errors.ts"
import { areFunctionsCurrent, replaceFunctions } from "./functions.ts"
import { claimSchema, refuseForeignSchema } from "./owner.ts"

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
 * but one wait, and find nothing to do. Needs a direct connection (no transaction pooler). Its role must own the schema, or
 * be allowed to create it; where nothing is to be done it need only be allowed to read.
 *
 * @param database A connection string, or a pg `Pool` or connected `Client`.
 * @throws DatabaseUnavailableError
 * @throws SchemaError `schema_owned`: another owner has it. `not_permitted`: the role may not change it.
 * @returns The names of the migrations that were applied, in order; `"functions"` last when functions were replaced.
 */
export async function migrate(
  database: string | Pool | ClientBase,
  options: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  const schema = assertSchemaName(options.schema ?? "sluice")
  const directory = options.directory ?? bundledMigrations()
  try {
    return await withClient(database, async (client) => {
      // whatever path the role or the database has: nobody else's functions and operators have a part in this
      await client.query("set search_path to pg_catalog, pg_temp")
      if (options.owner) await refuseForeignSchema(client, schema, options.owner)
      const names = (await isCurrent(client, schema, directory))
        ? []
        : await locked(client, () => bringUp(client, schema, directory, options.log))
      if (options.owner) await claimSchema(client, schema, options.owner)
      return { applied: names }
    })
  } catch (error) {
    throw codeOf(error) === "42501" ? refusedBy(error as Error, schema) : translateError(error)
  }
}

/** Reads what the schema has, so that an up-to-date one needs no right to create. */
async function isCurrent(client: ClientBase, schema: string, directory: string): Promise<boolean> {
  if (!(await hasTable(client, schema, "migrations"))) return false
  const { rows } = await client.query(`select name from ${schema}.migrations`)
  const applied = new Set(rows.map(({ name }) => `${name}.sql`))
  const files = (await readdir(directory)).filter((file) => file.endsWith(".sql"))
  return files.every((file) => applied.has(file)) && (await areFunctionsCurrent(client, schema, directory))
}

async function bringUp(
  client: ClientBase,
  schema: string,
  directory: string,
  log: MigrateOptions["log"] = () => {},
): Promise<string[]> {
  await refuseDraftSchema(client, schema)
  await createSchema(client, schema)
  const applied = await runner({
    dbClient: client,
    dir: directory,
    schema: [schema, "pg_temp"],
    migrationsSchema: schema,
    migrationsTable: "migrations",
    direction: "up",
    singleTransaction: true,
    advisoryLockMode: "wait",
    verbose: false,
    log,
  })
  const names = applied.map((migration) => migration.name)
  if (await replaceFunctions(client, schema, directory)) names.push("functions")
  return names
}

/** The runner's own lock, which its session may take again, held from before the schema is made. */
async function locked<Value>(client: ClientBase, work: () => Promise<Value>): Promise<Value> {
  await client.query(`select pg_catalog.pg_advisory_lock(${PG_MIGRATE_LOCK_ID})`)
  try {
    return await work()
  } finally {
    await client.query(`select pg_catalog.pg_advisory_unlock(${PG_MIGRATE_LOCK_ID})`).catch(() => {}) // a lost session has lost it
  }
}

/** `create schema if not exists` asks for the right to create also where the schema exists. */
async function createSchema(client: ClientBase, schema: string): Promise<void> {
  const { rowCount } = await client.query("select from pg_catalog.pg_namespace where nspname = $1", [schema])
  if (rowCount === 0) await client.query(`create schema ${schema}`)
}

function refusedBy(error: Error, schema: string): SchemaError {
  return new SchemaError(
    "not_permitted",
    `The role of this connection may not migrate the schema "${schema}" (${error.message}): connect as the role that owns the schema, or create the schema for this role with "create schema ${schema} authorization ..."`,
    { cause: error },
  )
}

/** Before the first release 0001 was edited, so that its name doesn't tell which tables it has made. */
async function refuseDraftSchema(client: ClientBase, schema: string): Promise<void> {
  if (!(await hasTable(client, schema, "migrations"))) return
  const drafts = await client.query(`select from ${schema}.migrations where name = '0002_shared'`)
  const isDraft = drafts.rowCount !== 0 || (await hasTable(client, schema, "executions"))
  if (!isDraft) return
  throw new SchemaError(
    "schema_outdated",
    `The schema "${schema}" was made by a version from before the first release, which can't be upgraded: drop it with "drop schema ${schema} cascade", or choose another`,
  )
}

async function hasTable(client: ClientBase, schema: string, table: string): Promise<boolean> {
  const { rows } = await client.query("select to_regclass($1) is not null as there", [`${schema}.${table}`])
  return rows[0].there
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
    client.on("error", () => {}) // see above
    return { client, giveBack: async () => client.release(true) }
  }
  // the runner leaves its search_path behind
  const { rows } = await database.query("select pg_catalog.current_setting('search_path') as path")
  const restore = () =>
    database.query("select pg_catalog.set_config('search_path', $1, false)", [rows[0].path])
  return { client: database, giveBack: restore }
}

/**
 * In the repository the folder is at the top; in the published package it lies beside `dist/`. A bundle in CommonJS
 * format doesn't know where it is.
 */
function bundledMigrations(): string {
  const here = import.meta.url as string | undefined
  for (const candidate of here === undefined ? [] : ["../../migrations", "../../../../migrations"]) {
    const folder = fileURLToPath(new URL(candidate, here))
    if (existsSync(folder)) return folder
  }
  throw new SluiceError(
    "migrations_missing",
    "The folder of SQL migrations is not beside this code: pass migrate(database, { directory }) where your bundle has it",
  )
}
