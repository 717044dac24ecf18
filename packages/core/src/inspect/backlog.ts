import type { Queryable } from "../database/connection.ts"
import { jsonRows } from "../database/pool-queryable.ts"
import { protocolCall } from "../database/protocol-call.ts"

export interface Backlog {
  /** Number of jobs that are due and not running. Counting stops at 10,000 jobs, including running ones. */
  readonly ready: number
  /** How long the oldest of them has been due. 0 if there are none. */
  readonly oldestReadyAgeMs: number
}

export async function readBacklog(database: Queryable, schema: string): Promise<Backlog> {
  const [row] = await jsonRows(database, `select * from ${protocolCall(schema, "backlog", {}).text}`)
  return backlogOf(row)
}

/** Converts a row of the SQL function `backlog`. */
export function backlogOf(row: { ready: number; oldest_ready_age_ms: number }): Backlog {
  return { ready: row.ready, oldestReadyAgeMs: row.oldest_ready_age_ms }
}
