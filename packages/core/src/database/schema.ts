import { InvalidInputError } from "../errors.ts"
import { RESERVED_WORDS } from "./reserved-words.ts"

/** The version of the database schema that this code needs, as the SQL function `schema_version` tells it. */
export const SCHEMA_VERSION = 12

/** Returns the name when it can stand in a statement as it is; throws `InvalidInputError` (`invalid_schema`) else. */
export function assertSchemaName(schema: string): string {
  if (!/^[a-z_][a-z0-9_]{0,39}$/.test(schema)) {
    refuseSchemaName(schema, "use up to 40 small letters, digits and _, beginning with a letter")
  }
  if (RESERVED_WORDS.has(schema)) refuseSchemaName(schema, "SQL reserves this word; choose another")
  if (/^pg_|^information_schema$/.test(schema))
    refuseSchemaName(schema, "Postgres keeps this name to itself; choose another")
  return schema
}

function refuseSchemaName(schema: string, remedy: string): never {
  throw new InvalidInputError("invalid_schema", `The schema name is ${JSON.stringify(schema)}: ${remedy}`, {
    path: ["schema"],
  })
}
