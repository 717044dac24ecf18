import { checkOptions } from "../checks/field.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import { dateOf } from "./date-of.ts"
import { LIST_DEFINITIONS } from "./fields.ts"

/** What the database knows of a job definition. */
export interface DefinitionSnapshot {
  readonly name: string
  /** Null, as in the next ones: the definition doesn't say. */
  readonly queue: string | null
  readonly priority: number | null
  readonly timeoutMs: number | null
  readonly expiresInMs: number | null
  readonly concurrencyLimit: number | null
  readonly rate: { readonly limit: number; readonly perMs: number; readonly burst: number } | null
  /** Whether the history has the payloads of its jobs. */
  readonly keepsPayload: boolean
  /** The events that enqueue a job of it. */
  readonly events: readonly string[]
  /** When a deployment last registered it. Null: drainers have noted it. */
  readonly registeredAt: Date | null
  /** When a drainer last knew it, to five minutes. Null: none has yet. */
  readonly seenAt: Date | null
  /** Since when no deployment has it. */
  readonly droppedAt: Date | null
}

export interface ListDefinitionsOptions {
  /** Only names behind this one. */
  readonly after?: string
  /** How many at most: up to 1,000, which is the default. */
  readonly limit?: number
  /** Only that of this name. */
  readonly name?: string
  /** Only those whose jobs go to this queue. */
  readonly queue?: string
}

type DefinitionRow = DefinitionSnapshot & Record<"registeredAt" | "seenAt" | "droppedAt", string | null>

export async function listDefinitions(
  database: Queryable,
  schema: string,
  options: ListDefinitionsOptions = {},
): Promise<DefinitionSnapshot[]> {
  checkOptions(LIST_DEFINITIONS, options)
  const { after, limit = 1_000, name, queue } = options
  const call = protocolCall(schema, "list_definitions", {
    p_after: after ?? "",
    p_limit: limit,
    p_name: name,
    p_queue: queue,
  })
  const rows: DefinitionRow[] = await readJson(database, call)
  return rows.map((row) => ({
    ...row,
    registeredAt: dateOf(row.registeredAt),
    seenAt: dateOf(row.seenAt),
    droppedAt: dateOf(row.droppedAt),
  }))
}
