import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
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
  const call = protocolCall(schema, "list_pauses", {})
  const pauses: { kind: Pause["kind"]; target: string; pausedAt: string; until: string | null }[] =
    await readJson(database, call)
  return pauses.map((pause) => ({
    ...pause,
    pausedAt: new Date(pause.pausedAt),
    until: dateOf(pause.until),
  }))
}
