import { InvalidInputError } from "./errors.ts"

/** The version of the database schema that this code needs, as the SQL function `schema_version` tells it. */
export const SCHEMA_VERSION = 11

/** Returns the name when it can stand in a statement as it is; throws `InvalidInputError` (`invalid_schema`) else. */
export function assertSchemaName(schema: string): string {
  if (!/^[a-z_][a-z0-9_]{0,39}$/.test(schema)) {
    throw new InvalidInputError(
      "invalid_schema",
      `The schema name is ${JSON.stringify(schema)}: use up to 40 small letters, digits and _, beginning with a letter`,
      { path: ["schema"] },
    )
  }
  return schema
}
