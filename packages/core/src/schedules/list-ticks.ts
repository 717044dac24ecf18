import { checkOptions } from "../checks/field.ts"
import { assertName } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import { LIST_TICKS } from "./fields.ts"
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
  checkOptions(LIST_TICKS, options)
  const { limit = 20, after } = options
  const call = protocolCall(schema, "list_ticks", { p_key: key, p_before: after, p_limit: limit })
  const { ticks, next } = await readJson(database, call)
  return {
    ticks: ticks.map((run: { tick: string }) => ({ ...run, tick: new Date(run.tick) })),
    ...(next !== null && { next }),
  }
}
