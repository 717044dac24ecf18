import type { Queryable } from "../../database/connection.ts"
import { protocolCall } from "../../database/protocol-call.ts"
import { SCHEMA_VERSION } from "../../database/schema.ts"
import { translateError } from "../../database/translate-error.ts"
import { SchemaError } from "../../errors.ts"
import type { Finding } from "./finding.ts"

const OLDEST_POSTGRES = 14

export async function postgresFinding(database: Queryable): Promise<Finding> {
  const check = "serverVersion"
  const version = "pg_catalog.current_setting('server_version_num')::pg_catalog.int4"
  const { rows } = await database.query(`select ${version} as version`)
  const major = Math.floor(rows[0].version / 10_000)
  const text = `PostgreSQL ${major}; Sluice needs ${OLDEST_POSTGRES} or newer`
  if (major < OLDEST_POSTGRES) return { check, level: "wrong", text, remedy: "Upgrade the server" }
  return { check, level: "ok", text }
}

const MIGRATE = "Run sluice migrate"

export async function schemaFinding(database: Queryable, schema: string): Promise<Finding> {
  const check = "schemaVersion"
  const version = await versionOf(database, schema)
  if (version === undefined) {
    const text = `not migrated: there is no schema ${schema} of Sluice's`
    return { check, level: "wrong", text, remedy: MIGRATE }
  }
  const text = `the schema ${schema} is at version ${version}, this package at ${SCHEMA_VERSION}`
  if (version < SCHEMA_VERSION) return { check, level: "wrong", text, remedy: MIGRATE }
  return { check, level: "ok", text }
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
