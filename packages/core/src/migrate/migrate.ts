import { existsSync } from "node:fs"
import { readdir } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { PG_MIGRATE_LOCK_ID, runner } from "node-pg-migrate"
import pg, { type ClientBase, type Pool } from "pg"
import { readAddress } from "../database/address.ts"
import { assertSchemaName } from "../database/schema.ts"
import { codeOf, translateError } from "../database/translate-error.ts"
import { SchemaError, SluiceError } from "../errors.ts"
import { assertRegisteredJobs, type RegisteredJobs, registerJobs } from "./definitions.ts"
import { areFunctionsCurrent, replaceFunctions } from "./functions.ts"
import { claimSchema, refuseForeignSchema } from "./owner.ts"

export interface MigrateOptions extends RegisteredJobs {
  /** The schema for Sluice's tables. Created if it is missing. Default `"sluice"`. */
  readonly schema?: string
  /** The folder of the SQL files, including its folder `functions`. Default: the one in this package. */
  readonly directory?: string
  /**
   * The deployment that the schema belongs to, for example `"app/stage"`. The first one is stored in the schema, and
   * migrating for another one is refused before anything changes. Default: owners aren't compared.
   */
  readonly owner?: string
  /** Called with each line of progress. Default: none are logged. */
  readonly log?: (line: string) => void
}

/**
 * Migrates Sluice's schema to the version of this code: applies new numbered files in one transaction, then replaces the
 * functions in another if they differ. Can be called from several places at once: one of them migrates, the others wait
 * and then find nothing to do.
 *
 * Needs a direct connection, without a transaction pooler. Its role must own the schema or be allowed to create it. If
 * the schema is up to date, it only needs to be allowed to read. With `jobs` it must be allowed to write.
 *
 * @param database A connection string, a pg `Pool` or a connected `Client`.
 * @returns The names of the applied migrations in order, followed by `"functions"` if functions were replaced.
 * @throws InvalidInputError `invalid_schema`, `invalid_address`
 * @throws DatabaseUnavailableError
 * @throws SchemaError `schema_owned`: the schema belongs to another owner. `not_permitted`: the role isn't allowed to
 *   migrate it. `schema_outdated`: a pre-release version created it.
 */
export async function migrate(
  database: string | Pool | ClientBase,
  options: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  assertRegisteredJobs(options)
  const schema = assertSchemaName(options.schema ?? "sluice")
  const directory = options.directory ?? bundledMigrations()
  try {
    return await withClient(database, async (client) => {
      // ignore the path of the role and the database: nobody else's functions and operators may be used here
      await client.query("set search_path to pg_catalog, pg_temp")
      if (options.owner) await refuseForeignSchema(client, schema, options.owner)
      const names = (await isCurrent(client, schema, directory))
        ? []
        : await withMigrationLock(client, () => applyMigrations(client, schema, directory, options.log))
      if (options.owner) await claimSchema(client, schema, options.owner)
      await registerJobs(client, schema, options)
      return { applied: names }
    })
  } catch (error) {
    throw codeOf(error) === "42501" ? notPermittedError(error as Error, schema) : translateError(error)
  }
}

/** Compares without writing, so that an up-to-date schema needs no permission to create. */
async function isCurrent(client: ClientBase, schema: string, directory: string): Promise<boolean> {
  if (!(await hasTable(client, schema, "migrations"))) return false
  const { rows } = await client.query(`select name from ${schema}.migrations`)
  const applied = new Set(rows.map(({ name }) => `${name}.sql`))
  const files = (await readdir(directory)).filter((file) => file.endsWith(".sql"))
  return files.every((file) => applied.has(file)) && (await areFunctionsCurrent(client, schema, directory))
}

async function applyMigrations(
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

/** Holds the runner's own lock, which its session can take again, already while the schema is created. */
async function withMigrationLock<Value>(client: ClientBase, work: () => Promise<Value>): Promise<Value> {
  await client.query(`select pg_catalog.pg_advisory_lock(${PG_MIGRATE_LOCK_ID})`)
  try {
    return await work()
  } finally {
    await client.query(`select pg_catalog.pg_advisory_unlock(${PG_MIGRATE_LOCK_ID})`).catch(() => {}) // the end of a session releases it too
  }
}

/** `create schema if not exists` needs the permission to create even if the schema exists. */
async function createSchema(client: ClientBase, schema: string): Promise<void> {
  const { rowCount } = await client.query("select from pg_catalog.pg_namespace where nspname = $1", [schema])
  if (rowCount === 0) await client.query(`create schema ${schema}`)
}

function notPermittedError(error: Error, schema: string): SchemaError {
  return new SchemaError(
    "not_permitted",
    `This connection's role isn't allowed to migrate the schema "${schema}" (${error.message}): connect as the role that owns the schema, or create the schema for this role with "create schema ${schema} authorization ..."`,
    { cause: error },
  )
}

/** Before the first release 0001 was edited, so its name doesn't say which tables it created. */
async function refuseDraftSchema(client: ClientBase, schema: string): Promise<void> {
  if (!(await hasTable(client, schema, "migrations"))) return
  const drafts = await client.query(`select from ${schema}.migrations where name = '0002_shared'`)
  const isDraft = drafts.rowCount !== 0 || (await hasTable(client, schema, "executions"))
  if (!isDraft) return
  throw new SchemaError(
    "schema_outdated",
    `The schema "${schema}" was created by a pre-release version and can't be upgraded: drop it with "drop schema ${schema} cascade", or choose another`,
  )
}

async function hasTable(client: ClientBase, schema: string, table: string): Promise<boolean> {
  const { rows } = await client.query("select to_regclass($1) is not null as found", [`${schema}.${table}`])
  return rows[0].found
}

async function withClient<Value>(
  database: string | Pool | ClientBase,
  work: (client: ClientBase) => Promise<Value>,
): Promise<Value> {
  const { client, release } = await borrow(database)
  try {
    return await work(client)
  } finally {
    await release()
  }
}

async function borrow(database: string | Pool | ClientBase) {
  if (typeof database === "string") {
    const client = readAddress(database, (connectionString) => new pg.Client({ connectionString }))
    client.on("error", () => {}) // the running statement rejects instead
    await client.connect()
    return { client, release: () => client.end() }
  }
  if ("totalCount" in database) {
    const client = await database.connect()
    client.on("error", () => {}) // see above
    return { client, release: async () => client.release(true) }
  }
  // the runner changes the search_path
  const { rows } = await database.query("select pg_catalog.current_setting('search_path') as path")
  const restore = () =>
    database.query("select pg_catalog.set_config('search_path', $1, false)", [rows[0].path])
  return { client: database, release: restore }
}

/**
 * The folder is at the top of the repository; in the published package it is next to `lib/`. In a CommonJS bundle this
 * code doesn't know its own location.
 */
function bundledMigrations(): string {
  const here = import.meta.url as string | undefined
  for (const candidate of here === undefined ? [] : ["../../migrations", "../../../../migrations"]) {
    const folder = fileURLToPath(new URL(candidate, here))
    if (existsSync(folder)) return folder
  }
  throw new SluiceError(
    "migrations_missing",
    "The migrations folder was not found next to this code: pass its location in your bundle, migrate(database, { directory })",
  )
}
