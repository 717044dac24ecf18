import pg, { type ClientBase, type Pool } from "pg"
import type { Duration } from "../checks/duration.ts"
import { assertKnownKeys, isRecord, refuse } from "../checks/validate.ts"
import { missingAddressError, readAddress } from "../database/address.ts"
import { assertConnected, isPool } from "../database/assert-connection.ts"
import { assertSchemaName, SCHEMA_VERSION } from "../database/schema.ts"
import { codeOf, translateError } from "../database/translate-error.ts"
import { SchemaError } from "../errors.ts"
import { applyFiles, type FilesPlan, planFiles } from "./apply.ts"
import { bundledFiles } from "./bundled-files.ts"
import { assertRegisteredJobs, type RegisteredJobs, registerJobs } from "./definitions.ts"
import { claimSchema, readOwner, refuseForeignSchema } from "./owner.ts"
import { type Retention, readRetention, storeRetention } from "./retention.ts"
import { readSqlFiles } from "./sql-files.ts"

export type { Retention } from "./retention.ts"

export interface MigrateOptions extends RegisteredJobs {
  /** The schema for Sluice's tables. Created if it is missing. Default `"sluice"`. */
  readonly schema?: string
  /** A folder of SQL files, with its folders `functions` and `views`. Default: the files that this code contains. */
  readonly directory?: string
  /**
   * The deployment that the schema belongs to, for example `"app/stage"`. The first one is stored in the schema, and
   * migrating for another one is refused before anything changes. Default: owners aren't compared.
   */
  readonly owner?: string
  /**
   * How long finished jobs and the errors of executions are kept: at least `"1d"`, at most 100 years. They are dropped in
   * whole UTC days, so the last of them up to a day later. An object says it by state, queue and name: what is kept for less
   * than a day is deleted at most as long again after its time. The schema stores it, and the next maintenance applies it.
   * Default: what is stored, which is 14 days in a new schema.
   */
  readonly retention?: Duration | Retention
  /** Called with each line of progress. Default: none are logged. */
  readonly log?: (line: string) => void
}

const OPTIONS = {
  schema: true,
  directory: true,
  owner: true,
  retention: true,
  log: true,
  jobs: true,
  schedules: true,
  defaults: true,
  unknownNames: true,
} satisfies Record<keyof MigrateOptions, true>

/**
 * Migrates Sluice's schema to the version of this code, in one transaction: applies new numbered files, then replaces the
 * functions and views if they differ. Can be called from several places at once: one of them migrates, the others wait
 * and then find nothing to do. A schema that newer code has migrated keeps its tables, functions and views.
 *
 * Its role must own the schema or be allowed to create it. If the schema is up to date, it only needs to be allowed to
 * read. With `jobs` it must be allowed to write.
 *
 * @param database A connection string, a pg `Pool` or a connected `Client`.
 * @returns The names of the applied migrations in order, followed by `"functions"` if functions and views were replaced.
 * @throws InvalidInputError `invalid_schema`, `invalid_address`, `invalid_duration`, `invalid_option`, `unknown_option`
 * @throws DatabaseUnavailableError
 * @throws SchemaError `schema_owned`: the schema belongs to another owner. `not_permitted`: the role isn't allowed to
 *   migrate it. `schema_outdated`: a pre-release version created it. `migrations_out_of_order`: it has migrations that
 *   this code doesn't have in this place.
 */
export async function migrate(
  database: string | Pool | ClientBase,
  options: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  assertKnownKeys(options, Object.keys(OPTIONS), ["migrate"])
  assertRegisteredJobs(options)
  const { retention, log = () => {} } = options
  const schema = assertSchemaName(options.schema ?? "sluice")
  const owner = readOwner(options.owner)
  const kept = retention === undefined ? undefined : readRetention(retention)
  const files = await filesOf(options)
  try {
    return await inTransaction(database, OPENING, async (client) => {
      if (owner) await refuseForeignSchema(client, schema, owner)
      await refuseDraftSchema(client, schema)
      await createSchema(client, schema)
      const applied = await applyFiles(client, schema, files, log)
      if (owner) await claimSchema(client, schema, owner)
      if (kept) await storeRetention(client, schema, kept)
      await registerJobs(client, schema, options)
      return { applied }
    })
  } catch (error) {
    throw codeOf(error) === "42501" ? notPermittedError(error as Error, schema) : translateError(error)
  }
}

/** What `migrate` would do. */
export interface MigrationPlan extends Pick<FilesPlan, "state" | "applied" | "pending"> {
  /** The version of the schema, or null if it isn't there. */
  readonly version: number | null
  /** The version that this code needs. */
  readonly codeVersion: number
  /** All of it as one transaction, for psql. Empty if there is nothing to do. */
  readonly sql: string
}

/**
 * Reads what `migrate` would do to a schema, without changing anything or waiting for a lock. Its role needs to be allowed
 * to read the schema.
 *
 * @throws As `migrate`.
 */
export async function planMigration(
  database: string | Pool | ClientBase,
  options: Pick<MigrateOptions, "schema" | "directory"> = {},
): Promise<MigrationPlan> {
  assertKnownKeys(options, ["schema", "directory"], ["planMigration"])
  const schema = assertSchemaName(options.schema ?? "sluice")
  const files = await filesOf(options)
  try {
    return await inTransaction(database, READING, async (client) => {
      await refuseDraftSchema(client, schema)
      const { state, applied, pending, steps } = await planFiles(client, schema, files)
      const creation = (await hasSchema(client, schema)) ? [] : [`create schema ${schema}`]
      const statements = [...OPENING, ...creation, ...steps.map(({ text }) => text), "commit"]
      const sql = state === "behind" ? statements.map(terminated).join("\n") : ""
      const version = await versionOf(client, schema)
      return { state, version, codeVersion: SCHEMA_VERSION, applied, pending, sql }
    })
  } catch (error) {
    throw translateError(error)
  }
}

function terminated(statement: string): string {
  const text = statement.trimEnd()
  return text.endsWith(";") ? `${text}\n` : `${text};\n`
}

async function versionOf(client: ClientBase, schema: string): Promise<number | null> {
  const { rows } = await client.query("select pg_catalog.to_regprocedure($1) is not null as found", [
    `${schema}.schema_version()`,
  ])
  if (!rows[0].found) return null
  return (await client.query(`select ${schema}.schema_version() as version`)).rows[0].version
}

function filesOf({ directory }: Pick<MigrateOptions, "directory">) {
  return directory === undefined ? bundledFiles() : readSqlFiles(directory)
}

/** `create schema if not exists` needs the permission to create even if the schema exists. */
async function createSchema(client: ClientBase, schema: string): Promise<void> {
  if (!(await hasSchema(client, schema))) await client.query(`create schema ${schema}`)
}

async function hasSchema(client: ClientBase, schema: string): Promise<boolean> {
  const { rowCount } = await client.query("select from pg_catalog.pg_namespace where nspname = $1", [schema])
  return rowCount !== 0
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
  const isDraft = drafts.rowCount !== 0 || !(await hasTable(client, schema, "settings"))
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

/** The number is node-pg-migrate's, which migrated before: neither runs beside the other. */
const MIGRATION_LOCK = "7241865325823964"

/** Begins a transaction that no other migration runs beside. */
const OPENING = [
  "begin isolation level read committed read write",
  // ignore the path of the role and the database: nobody else's functions and operators may be used here
  "set local search_path to pg_catalog, pg_temp",
  // the timeouts of the role are for an app's statements; a migration may take long, and waits for another one
  "set local statement_timeout to 0; set local lock_timeout to 0",
  // since PostgreSQL 17
  "select pg_catalog.set_config(name, '0', true) from pg_catalog.pg_settings where name = 'transaction_timeout'",
  `select pg_advisory_xact_lock(${MIGRATION_LOCK})`,
]
/** Begins a transaction that waits for none. */
const READING = [
  "begin isolation level repeatable read read only",
  "set local search_path to pg_catalog, pg_temp",
]

async function inTransaction<Value>(
  database: string | Pool | ClientBase,
  opening: readonly string[],
  work: (client: ClientBase) => Promise<Value>,
): Promise<Value> {
  const { client, release } = await borrow(database)
  try {
    for (const statement of opening) await client.query(statement)
    const value = await work(client)
    await client.query("commit")
    return value
  } catch (error) {
    await client.query("rollback").catch(() => {})
    throw error
  } finally {
    await release()
  }
}

async function borrow(database: string | Pool | ClientBase) {
  if (database === "") throw missingAddressError("migrate")
  if (typeof database === "string") {
    const client = readAddress(database, (connectionString) => new pg.Client({ connectionString }))
    client.on("error", () => {}) // the running statement rejects instead
    await client.connect()
    return { client, release: () => client.end() }
  }
  if (isPool(database)) {
    const client = await database.connect()
    client.on("error", () => {}) // see above
    return { client, release: async () => client.release(true) }
  }
  if (!isRecord(database) || !("query" in database)) {
    refuse(
      "invalid_option",
      database,
      ["migrate", "database"],
      "a connection string, a pg Pool or a connected Client",
    )
  }
  assertConnected(database, "migrate.database")
  return { client: database, release: async () => {} }
}
