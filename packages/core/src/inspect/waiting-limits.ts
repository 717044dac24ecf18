import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"

/** How many unfinished jobs a queue or concurrency key may have. */
export interface WaitingLimit {
  readonly kind: "queue" | "key"
  /** The queue or the key. */
  readonly target: string
  readonly waiting: number
}

export async function readWaitingLimits(database: Queryable, schema: string): Promise<WaitingLimit[]> {
  const { text, values } = protocolCall(schema, "list_limits", {})
  const { rows } = await database.query(`select ${text}::pg_catalog.text as limits`, values)
  return JSON.parse(rows[0].limits)
}
