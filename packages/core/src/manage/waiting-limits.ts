import { checkOptions } from "../checks/field.ts"
import { assertName, assertText, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { WAITING_LIMITS } from "./fields.ts"

/** How many jobs a queue or concurrency key may have. What isn't given isn't limited. */
export interface WaitingLimits {
  /** Unfinished jobs: those that wait, are scheduled, or run. 1 to 1,000,000. */
  readonly waiting?: number
}

export async function limitQueue(
  database: Queryable,
  schema: string,
  name: string,
  limits: WaitingLimits,
): Promise<void> {
  assertName(name, ["queue"])
  const call = protocolCall(schema, "limit_queue", { p_queue: name, p_waiting: waitingOf(limits) })
  await database.query(`select ${call.text}`, call.values)
}

export async function limitKey(
  database: Queryable,
  schema: string,
  key: string,
  limits: WaitingLimits,
): Promise<void> {
  if (key === undefined) refuse("invalid_option", key, ["key"], "the concurrency key")
  assertText(key, ["key"])
  const call = protocolCall(schema, "limit_key", { p_key: key, p_waiting: waitingOf(limits) })
  await database.query(`select ${call.text}`, call.values)
}

function waitingOf(limits: WaitingLimits): number | null {
  checkOptions(WAITING_LIMITS, limits)
  return limits.waiting ?? null
}
