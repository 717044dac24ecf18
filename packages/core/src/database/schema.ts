import { InvalidInputError } from "../errors.ts"
import { RESERVED_WORDS } from "./reserved-words.ts"

/** The version of the database schema that this code needs. The SQL function `schema_version` returns the version in the database. */
export const SCHEMA_VERSION = 14

/** Returns the name if it can be used in a statement without quotes, or throws `InvalidInputError` (`invalid_schema`). */
export function assertSchemaName(schema: string): string {
  if (!/^[a-z_][a-z0-9_]{0,39}$/.test(schema)) {
    refuseSchemaName(schema, "use up to 40 lower-case letters, digits and _, starting with a letter or _")
  }
  if (RESERVED_WORDS.has(schema)) refuseSchemaName(schema, "it is a reserved word in SQL; choose another")
  if (/^pg_|^information_schema$/.test(schema))
    refuseSchemaName(schema, "Postgres reserves this name; choose another")
  return schema
}

function refuseSchemaName(schema: string, remedy: string): never {
  throw new InvalidInputError("invalid_schema", `The schema name is ${JSON.stringify(schema)}: ${remedy}`, {
    path: ["schema"],
  })
}
