import { checkOptions } from "../checks/field.ts"
import { assertText, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { type ProtocolCall, protocolCall } from "../database/protocol-call.ts"
import type { RateLimit } from "../job/job-options.ts"
import { rateJson } from "../job/rate.ts"
import { LIMIT_OVERRIDE, RATE_OVERRIDE } from "./fields.ts"

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
  checkOptions(LIMIT_OVERRIDE, override)
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
  if (rate) RATE_OVERRIDE.assert(rate, [])
  const call = protocolCall(
    schema,
    "override_rate",
    { p_key: key, p_rate: rate ? JSON.stringify(rateJson(rate)) : null },
    { p_rate: "pg_catalog.text::pg_catalog.jsonb" },
  )
  await run(database, call)
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
