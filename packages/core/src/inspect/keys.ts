import { checkOptions } from "../checks/field.ts"
import { toPgTextArray } from "../database/array-literal.ts"
import type { Queryable } from "../database/connection.ts"
import { type ProtocolCall, protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import { dateOf } from "./date-of.ts"
import { LIST_KEYS, LIST_RATES } from "./fields.ts"

/** A concurrency key. */
export interface KeySnapshot {
  readonly key: string
  /** How many of its jobs may run at once, as the newest of them asks. Null: it has no jobs. */
  readonly limit: number | null
  /** How many an operator has set in its place, see `overrideLimit`. Null: nobody has. */
  readonly override: number | null
  /** How many may run now: 0 while it is paused, and for a minute after the end of a pause fewer than otherwise. */
  readonly allowed: number | null
  /** How many of its jobs run, or are claimed. */
  readonly running: number
  /** How many wait for the key. Counting stops at 1,001. */
  readonly waiting: number
  /** How many unfinished jobs have the key. Counting stops at 1,001. */
  readonly unfinished: number
  readonly paused: boolean
  /** When the pause ends by itself; null: when it is resumed, or it is not paused. */
  readonly pausedUntil: Date | null
  /** How many unfinished jobs it may have, see `limitKey`. Null: any number. */
  readonly waitingLimit: number | null
}

export interface ListKeysOptions {
  /**
   * `"key"`, the default: all of them by their name. `"waiting"`: those for which most jobs wait, in one page; of a backlog of more
   * than about 100,000 jobs only a part is looked at.
   */
  readonly order?: "key" | "waiting"
  /** Only these keys, whether they have jobs or not. Up to 100. */
  readonly keys?: readonly string[]
  /** Only keys behind this one. */
  readonly after?: string
  /** How many at most: up to 1,000. Default 50. */
  readonly limit?: number
}

/** The key of a rate. */
export interface RateSnapshot {
  readonly key: string
  /** How many jobs may start in `perMs`. */
  readonly limit: number
  readonly perMs: number
  /** How many of them at once. */
  readonly burst: number
  /** Whether an operator has set this rate, see `overrideRate`. */
  readonly overridden: boolean
  /** How many may start now. */
  readonly room: number
  /** When the next one may start. Null: none waits. */
  readonly nextAt: Date | null
  /** How many jobs wait for the rate. Counting stops at 1,001. */
  readonly waiting: number
}

export interface ListRatesOptions {
  /** Only keys behind this one. */
  readonly after?: string
  /** How many at most: up to 1,000. Default 50. */
  readonly limit?: number
}

export async function listKeys(
  database: Queryable,
  schema: string,
  options: ListKeysOptions = {},
): Promise<KeySnapshot[]> {
  checkOptions(LIST_KEYS, options)
  const { order = "key", keys, after, limit = 50 } = options
  const rows: (KeySnapshot & { pausedUntil: string | null })[] = await readJson(database, callFor())
  return rows.map((key) => ({ ...key, pausedUntil: dateOf(key.pausedUntil) }))

  function callFor(): ProtocolCall {
    if (keys !== undefined) return protocolCall(schema, "keys_named", { p_keys: toPgTextArray(keys) })
    if (order === "waiting") return protocolCall(schema, "busiest_keys", { p_limit: limit })
    return protocolCall(schema, "list_keys", { p_after: after ?? "", p_limit: limit })
  }
}

export async function listRates(
  database: Queryable,
  schema: string,
  options: ListRatesOptions = {},
): Promise<RateSnapshot[]> {
  checkOptions(LIST_RATES, options)
  const { after, limit = 50 } = options
  const call = protocolCall(schema, "list_rates", { p_after: after ?? "", p_limit: limit })
  const rows: (RateSnapshot & { nextAt: string | null })[] = await readJson(database, call)
  return rows.map((rate) => ({ ...rate, nextAt: dateOf(rate.nextAt) }))
}
