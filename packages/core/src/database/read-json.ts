import type { Queryable } from "./connection.ts"
import type { ProtocolCall } from "./protocol-call.ts"

/** Calls a function that returns JSON, and parses it: the app's own type parsers don't matter. SQL's null is null. */
// biome-ignore lint/suspicious/noExplicitAny: typed where it is called
export async function readJson(database: Queryable, { text, values }: ProtocolCall): Promise<any> {
  const { rows } = await database.query(`select ${text}::pg_catalog.text as json`, values)
  return JSON.parse(rows[0].json)
}
