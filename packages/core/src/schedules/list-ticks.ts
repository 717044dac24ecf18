import { assertInteger, assertKnownKeys, assertName, isText, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import type { ScheduleRun } from "./schedule-snapshot.ts"

export interface ListTicksOptions {
  /** How many at most: up to 100. Default 20. */
  readonly limit?: number
  /** `next` of the list that this one continues. */
  readonly after?: string
}

export interface TickList {
  readonly ticks: readonly ScheduleRun[]
  /** Set if more may follow: pass it as `after`. */
  readonly next?: string
}

export async function listTicks(
  database: Queryable,
  schema: string,
  key: string,
  options: ListTicksOptions = {},
): Promise<TickList> {
  assertName(key, ["key"])
  assertKnownKeys(options, ["limit", "after"], ["options"])
  const { limit = 20, after } = options
  assertInteger(limit, ["limit"], 1, 100)
  if (after !== undefined && !(isText(after, 17) && /^\d+$/.test(after)))
    refuse("invalid_option", after, ["after"], "the last `next`")
  const call = protocolCall(schema, "list_ticks", { p_key: key, p_before: after, p_limit: limit })
  const { ticks, next } = await readJson(database, call)
  return {
    ticks: ticks.map((run: { tick: string }) => ({ ...run, tick: new Date(run.tick) })),
    ...(next !== null && { next }),
  }
}
