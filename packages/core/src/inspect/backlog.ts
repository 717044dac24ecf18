import type { Queryable } from "../database/connection.ts"
import { jsonRows } from "../database/pool-queryable.ts"
import { protocolCall } from "../database/protocol-call.ts"

export interface Backlog {
  /** Jobs that are due and not running; the count stops at 10,000 jobs, running ones included. */
  readonly ready: number
  /** How long the one that waits longest has been due. 0 when there is none. */
  readonly oldestReadyAgeMs: number
}

export async function readBacklog(database: Queryable, schema: string): Promise<Backlog> {
  const [row] = await jsonRows(database, `select * from ${protocolCall(schema, "backlog", {}).text}`)
  return backlogOf(row)
}

/** From a row of the SQL function `backlog`. */
export function backlogOf(row: { ready: number; oldest_ready_age_ms: number }): Backlog {
  return { ready: row.ready, oldestReadyAgeMs: row.oldest_ready_age_ms }
}
