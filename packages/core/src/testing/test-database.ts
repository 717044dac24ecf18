import { createHash, randomBytes } from "node:crypto"
import pg from "pg"
import { readAddress } from "../database/address.ts"
import { codeOf, translateError } from "../database/translate-error.ts"
import { SluiceError } from "../errors.ts"
import { applyFiles } from "../migrate/apply.ts"
import { bundledFiles } from "../migrate/bundled-files.ts"
import type { SqlFiles } from "../migrate/sql-files.ts"
import { afterClockSql, clockSql } from "./clock-sql.ts"

/** A database of a test's own, migrated, with a clock that can be moved. */
export interface TestDatabase {
  readonly url: string
  drop(): Promise<void>
}

/** The names of those that tests use, or that become a template. */
const PREFIX = "sluice_kit_"

/**
 * Copies the migrated template, which stays on the server: later runs of the same version of Sluice don't migrate again. The session
 * that creates the database has its name for as long as it is in use.
 */
export async function createTestDatabase(serverUrl: string, schema: string): Promise<TestDatabase> {
  const name = `${PREFIX}${randomBytes(8).toString("hex")}`
  const server = await connect(serverUrl, name)
  try {
    await dropLeftovers(server)
    const template = await ensureTemplate(server, { serverUrl, schema, name })
    await server.query(`create database ${name} template ${template}`)
  } catch (error) {
    await server.end()
    throw codeOf(error) === "42501" ? notPermittedError(error as Error) : translateError(error)
  }
  keepAlive(server, false) // a test that forgets to close it ends all the same
  return {
    url: urlOf(serverUrl, name),
    async drop() {
      keepAlive(server, true)
      await drop(server, name)
      await server.end()
    },
  }
}

async function connect(url: string, name: string): Promise<pg.Client> {
  const settings = { application_name: name }
  const client = readAddress(url, (connectionString) => new pg.Client({ ...settings, connectionString }))
  client.on("error", () => {}) // the running statement rejects instead
  await client.connect().catch((error) => {
    throw translateError(error)
  })
  return client
}

/** Whether the process stays for it. These are not in the types of pg. */
function keepAlive(client: pg.Client, doStay: boolean): void {
  const { ref, unref } = client as unknown as { ref(): void; unref(): void }
  if (doStay) ref.call(client)
  else unref.call(client)
}

async function drop(server: pg.Client, name: string): Promise<void> {
  await server.query(`drop database if exists ${name} with (force)`)
}

/** Drops the databases of this role's test runs that were killed. An advisory lock wouldn't tell them: it belongs to one database. */
async function dropLeftovers(server: pg.Client): Promise<void> {
  const { rows } = await server.query(
    `select d.datname as name from pg_catalog.pg_database d
     where d.datname ~ '^${PREFIX}[0-9a-f]{16}$' and d.datdba = (select r.oid from pg_catalog.pg_roles r where r.rolname = current_user)
       and not exists (select from pg_catalog.pg_stat_activity a where a.application_name = d.datname)`,
  )
  for (const { name } of rows) await drop(server, name)
}

/** Returns the name of the template. */
async function ensureTemplate(
  server: pg.Client,
  { serverUrl, schema, name }: { serverUrl: string; schema: string; name: string },
): Promise<string> {
  const files = await bundledFiles()
  const template = `${PREFIX}template_${digestOf(schema, files)}`
  await server.query("select pg_catalog.pg_advisory_lock(pg_catalog.hashtextextended($1, 0))", [template])
  try {
    const { rowCount } = await server.query("select from pg_catalog.pg_database where datname = $1", [
      template,
    ])
    if (rowCount === 0) await makeTemplate(server, template, { serverUrl, schema, name, files })
  } finally {
    await server.query("select pg_catalog.pg_advisory_unlock_all()")
  }
  return template
}

/** It gets its name last, so that it is there whole or not at all. Who is connected to another database may be quicker. */
async function makeTemplate(
  server: pg.Client,
  template: string,
  { serverUrl, schema, name, files }: { serverUrl: string; schema: string; name: string; files: SqlFiles },
): Promise<void> {
  await server.query(`create database ${name}`)
  const client = await connect(urlOf(serverUrl, name), name)
  try {
    await client.query("begin")
    await client.query(`create schema ${schema}`)
    await applyFiles(client, schema, withClock(schema, files), () => {})
    await client.query(afterClockSql(schema))
    await client.query("commit")
  } finally {
    await client.end()
  }
  // nothing may be connected to a database while it is copied, autovacuum included
  await server.query(`alter database ${name} with allow_connections false`)
  try {
    await server.query(`alter database ${name} rename to ${template}`)
  } catch (error) {
    await drop(server, name)
    if (codeOf(error) !== DUPLICATE_DATABASE) throw error
  }
}

const DUPLICATE_DATABASE = "42P04"

/** Functions and views stay as they are, so that an app which migrates the test's database finds nothing to do. */
function withClock(schema: string, files: SqlFiles): SqlFiles {
  const [first, ...others] = files.migrations
  if (!first) return files
  return { ...files, migrations: [{ ...first, text: `${clockSql(schema)}\n${first.text}` }, ...others] }
}

function digestOf(schema: string, files: SqlFiles): string {
  const texts = [...files.migrations, ...files.functions, ...files.views].map(({ text }) => text)
  const all = [clockSql(schema), afterClockSql(schema), ...texts].join("\n")
  return createHash("sha256").update(all).digest("hex").slice(0, 16)
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}

function notPermittedError(error: Error): SluiceError {
  return new SluiceError(
    "not_permitted",
    `This role can't create test databases (${error.message}): connect as one that may, or grant it with "alter role ... createdb"`,
    { cause: error },
  )
}
