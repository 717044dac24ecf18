import { durationMs } from "../checks/duration.ts"
import { assertInteger, assertKnownKeys, assertText, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { type ProtocolCall, protocolCall } from "../database/protocol-call.ts"
import type { RateLimit } from "../job/job-options.ts"
import { rateJson } from "../job/rate.ts"

/** What holds for a concurrency key in place of what its jobs ask for. */
export interface LimitOverride {
  /** How many of its jobs may run at once: 1 to 1,000,000. Without it, as many as they ask for. */
  readonly limit?: number
}

export async function overrideLimit(
  database: Queryable,
  schema: string,
  key: string,
  override: LimitOverride,
): Promise<void> {
  assertKey(key)
  assertKnownKeys(override, ["limit"], ["override"])
  assertInteger(override.limit, ["limit"], 1, 1_000_000)
  await run(database, protocolCall(schema, "override_limit", { p_key: key, p_limit: override.limit ?? null }))
}

export async function overrideRate(
  database: Queryable,
  schema: string,
  key: string,
  override: RateLimit | Record<string, never>,
): Promise<void> {
  assertKey(key)
  const rate = isEmpty(override) ? undefined : override
  if (rate) assertRateOverride(rate)
  const call = protocolCall(
    schema,
    "override_rate",
    { p_key: key, p_rate: rate ? JSON.stringify(rateJson(rate)) : null },
    { p_rate: "pg_catalog.text::pg_catalog.jsonb" },
  )
  await run(database, call)
}

/** Names the field that is wrong, where a rate of a call is refused as a whole. */
function assertRateOverride(rate: RateLimit): void {
  assertKnownKeys(rate, ["limit", "per", "burst"], ["override"])
  assertInteger(rate.limit ?? null, ["limit"], 1, 1_000_000)
  assertInteger(rate.burst, ["burst"], 1, rate.limit)
  const ms = durationMs(rate.per, ["per"])
  if (ms < 1_000 || ms > 31 * 86_400_000)
    refuse("invalid_option", rate.per, ["per"], 'a duration from "1s" to "31d"')
}

function isEmpty(override: object): override is Record<string, never> {
  return typeof override === "object" && override !== null && Object.keys(override).length === 0
}

function assertKey(key: unknown): void {
  if (key === undefined) refuse("invalid_option", key, ["key"], "the key")
  assertText(key, ["key"])
}

async function run(database: Queryable, { text, values }: ProtocolCall): Promise<void> {
  await database.query(`select ${text}`, values)
}
