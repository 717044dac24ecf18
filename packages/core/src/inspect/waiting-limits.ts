import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"

/** How many unfinished jobs a queue or concurrency key may have. */
export interface WaitingLimit {
  readonly kind: "queue" | "key"
  /** The queue or the key. */
  readonly target: string
  readonly waiting: number
}

export async function readWaitingLimits(database: Queryable, schema: string): Promise<WaitingLimit[]> {
  const call = protocolCall(schema, "list_limits", {})
  return readJson(database, call)
}
