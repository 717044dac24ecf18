import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"

/** Values with which a filter can begin, each list in the order of its texts and of up to 500. */
export interface FilterValues {
  readonly names: readonly string[]
  readonly queues: readonly string[]
  readonly tags: readonly string[]
  /** Keys of jobs' metadata whose values are plain, of up to 128 characters. Metadata of more than 2 KB isn't read for it. */
  readonly metadata: readonly string[]
}

const MOST_VALUES = 500

export async function readFilterValues(database: Queryable, schema: string): Promise<FilterValues> {
  const { text, values } = protocolCall(schema, "suggest_filters", { p_limit: MOST_VALUES })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as filter_values`, values)
  return JSON.parse(rows[0].filter_values)
}
