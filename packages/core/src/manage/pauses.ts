import { type Duration, durationMs } from "../checks/duration.ts"
import { checkOptions } from "../checks/field.ts"
import { assertName, assertText, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { type ProtocolCall, protocolCall } from "../database/protocol-call.ts"
import { toLaterInstant } from "../job/later-instant.ts"
import { PAUSE } from "./fields.ts"

/** When a pause ends by itself. Without either, it lasts until it is resumed. */
export interface PauseOptions {
  /** The instant at which it ends. */
  readonly until?: Date | string
  /** How long it lasts, instead of `until`. */
  readonly for?: Duration
}

/** Pauses the queue and holds its waiting jobs, one set of jobs per statement. Running jobs are not affected. */
export async function pauseQueue(
  database: Queryable,
  schema: string,
  name: string,
  options: PauseOptions = {},
): Promise<void> {
  assertName(name, ["queue"])
  const end = endOf(options)
  for (let after = "0"; after !== null; ) {
    const { text, values } = protocolCall(schema, "pause_queue", { p_queue: name, p_after: after, ...end })
    const { rows } = await database.query(`select ${text}::pg_catalog.text as after`, values)
    after = rows[0].after
  }
}

/** Resumes the queue and makes its jobs ready again, one set of jobs per statement. */
export async function resumeQueue(database: Queryable, schema: string, name: string): Promise<void> {
  assertName(name, ["queue"])
  for (let isContinued = false, more = true; more; isContinued = true) {
    const { text, values } = protocolCall(schema, "resume_queue", {
      p_queue: name,
      p_is_continued: isContinued,
    })
    const { rows } = await database.query(`select ${text} as more`, values)
    more = rows[0].more
  }
}

export async function pauseName(
  database: Queryable,
  schema: string,
  name: string,
  options: PauseOptions = {},
): Promise<void> {
  assertName(name, ["name"])
  await run(database, protocolCall(schema, "pause_name", { p_name: name, ...endOf(options) }))
}

export async function resumeName(database: Queryable, schema: string, name: string): Promise<void> {
  assertName(name, ["name"])
  await run(database, protocolCall(schema, "resume_name", { p_name: name }))
}

export async function pauseKey(
  database: Queryable,
  schema: string,
  key: string,
  options: PauseOptions = {},
): Promise<void> {
  assertKey(key)
  await run(database, protocolCall(schema, "pause_key", { p_key: key, ...endOf(options) }))
}

export async function resumeKey(database: Queryable, schema: string, key: string): Promise<void> {
  assertKey(key)
  await run(database, protocolCall(schema, "resume_key", { p_key: key }))
}

async function run(database: Queryable, { text, values }: ProtocolCall): Promise<void> {
  await database.query(`select ${text}`, values)
}

/** The end of a pause, as the SQL functions take it. */
export function endOf(options: PauseOptions): { p_until?: string; p_for_ms?: number } {
  checkOptions(PAUSE, options)
  const { until, for: length } = options
  if (until !== undefined) return { p_until: toLaterInstant(until, ["until"]) }
  return length === undefined ? {} : { p_for_ms: durationMs(length, ["for"]) }
}

function assertKey(key: unknown): void {
  if (key === undefined) refuse("invalid_option", key, ["key"], "the concurrency key")
  assertText(key, ["key"])
}
