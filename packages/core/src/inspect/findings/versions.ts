import type { Queryable } from "../../database/connection.ts"
import { protocolCall } from "../../database/protocol-call.ts"
import { SCHEMA_VERSION } from "../../database/schema.ts"
import { translateError } from "../../database/translate-error.ts"
import { SchemaError } from "../../errors.ts"
import type { Finding } from "./finding.ts"
import { found } from "./found.ts"

const OLDEST_POSTGRES = 14

export async function postgresFinding(database: Queryable): Promise<Finding> {
  const version = "pg_catalog.current_setting('server_version_num')::pg_catalog.int4"
  const { rows } = await database.query(`select ${version} as version`)
  const major = Math.floor(rows[0].version / 10_000)
  const values = { version: String(major), oldest: String(OLDEST_POSTGRES) }
  return major < OLDEST_POSTGRES
    ? found("serverVersion", "wrong", "server_too_old", values)
    : found("serverVersion", "ok", "server_version_fits", values)
}

export async function schemaFinding(database: Queryable, schema: string): Promise<Finding> {
  const check = "schemaVersion"
  const version = await versionOf(database, schema)
  if (version === undefined) return found(check, "wrong", "schema_missing", { schema })
  const values = { schema, version: String(version), wanted: String(SCHEMA_VERSION) }
  return version < SCHEMA_VERSION
    ? found(check, "wrong", "schema_old", values)
    : found(check, "ok", "schema_version_fits", values)
}

/** Undefined if there are no tables and functions of Sluice's. */
async function versionOf(database: Queryable, schema: string): Promise<number | undefined> {
  try {
    const { text } = protocolCall(schema, "schema_version", {})
    const { rows } = await database.query(`select ${text} as version`)
    return rows[0].version
  } catch (error) {
    const translated = translateError(error)
    if (translated instanceof SchemaError) return undefined
    throw translated
  }
}
