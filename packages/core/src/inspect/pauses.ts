import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { dateOf } from "./date-of.ts"

/** A queue, job name or concurrency key whose jobs are not started. */
export interface Pause {
  readonly kind: "queue" | "name" | "key"
  /** The queue, the name or the key. */
  readonly target: string
  readonly pausedAt: Date
  /** When the pause ends by itself; null: when it is resumed. */
  readonly until: Date | null
}

export async function readPauses(database: Queryable, schema: string): Promise<Pause[]> {
  const { text, values } = protocolCall(schema, "list_pauses", {})
  const { rows } = await database.query(`select ${text}::pg_catalog.text as pauses`, values)
  const pauses: { kind: Pause["kind"]; target: string; pausedAt: string; until: string | null }[] =
    JSON.parse(rows[0].pauses)
  return pauses.map((pause) => ({
    ...pause,
    pausedAt: new Date(pause.pausedAt),
    until: dateOf(pause.until),
  }))
}
