import { assertInteger, assertName, assertText, isRecord, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { type ProtocolCall, protocolCall } from "../database/protocol-call.ts"
import { codeOf } from "../database/translate-error.ts"
import { refusalOf } from "../enqueue/enqueue.ts"
import { ScheduleNotFoundError, ScheduleStateError } from "../errors.ts"
import { dateOf } from "../inspect/date-of.ts"
import { instantsToText, type ScheduleTiming } from "../job/schedule-settings.ts"
import { endOf, type PauseOptions } from "../manage/pauses.ts"
import type { ScheduleSnapshot } from "./schedule-snapshot.ts"

/** What a schedule that isn't defined in code enqueues, and when. */
export type ScheduleSettings = ScheduleTiming & {
  /** The name of its jobs. */
  readonly name: string
  /** The payload of each job. Default `{}`. */
  readonly payload?: unknown
}

/** Which schedules `listSchedules` returns. */
export interface ListSchedulesOptions {
  /** Only schedules whose keys come after this one. Default: from the first. */
  readonly after?: string
  /** Most schedules to return. Default 1,000. */
  readonly limit?: number
}

type Target = readonly [database: Queryable, schema: string]

/** The database checks the settings, for TypeScript, HTTP and SQL alike. */
export async function setSchedule(
  target: Target,
  key: string,
  settings: ScheduleSettings,
): Promise<ScheduleSnapshot> {
  assertKey(key)
  if (!isRecord(settings)) refuse("invalid_option", settings, ["settings"], "the settings of the schedule")
  const p_settings = JSON.stringify(instantsToText(settings))
  return toSnapshot(await call(target, "set_schedule", { p_key: key, p_settings }))
}

export async function getSchedule(target: Target, key: string): Promise<ScheduleSnapshot | undefined> {
  assertKey(key)
  const json = await call(target, "get_schedule", { p_key: key })
  return json === null ? undefined : toSnapshot(json)
}

export async function listSchedules(
  target: Target,
  { after, limit }: ListSchedulesOptions = {},
): Promise<ScheduleSnapshot[]> {
  assertText(after, ["after"])
  assertInteger(limit, ["limit"], 1, 1_000)
  const schedules = await call(target, "list_schedules", { p_after: after, p_limit: limit ?? 1_000 })
  return (schedules as unknown[]).map(toSnapshot)
}

export async function deleteSchedule(target: Target, key: string): Promise<void> {
  await act(target, "delete_schedule", key)
}

/** Returns the job's id. */
export async function runSchedule(target: Target, key: string): Promise<string> {
  return String(await act(target, "run_schedule", key))
}

export async function pauseSchedule(target: Target, key: string, options: PauseOptions = {}): Promise<void> {
  await act(target, "pause_schedule", key, endOf(options))
}

export async function resumeSchedule(target: Target, key: string): Promise<void> {
  await act(target, "resume_schedule", key)
}

/** Calls a verb that returns false or null where there is no such schedule. */
async function act(target: Target, verb: string, key: string, parameters: Parameters = {}): Promise<unknown> {
  assertKey(key)
  const result = await call(target, verb, { p_key: key, ...parameters })
  if (result !== false && result !== null) return result
  throw new ScheduleNotFoundError("schedule_not_found", `No schedule has the key ${JSON.stringify(key)}`)
}

type Parameters = Readonly<Record<`p_${string}`, unknown>>

async function call([database, schema]: Target, verb: string, parameters: Parameters): Promise<unknown> {
  const { text, values }: ProtocolCall = protocolCall(schema, verb, parameters)
  try {
    const { rows } = await database.query(`select to_json(${text})::pg_catalog.text as result`, values)
    return JSON.parse(rows[0].result)
  } catch (error) {
    if (codeOf(error) === "SL012")
      throw new ScheduleStateError("schedule_in_code", (error as Error).message, { cause: error })
    throw refusalOf(error) ?? error
  }
}

function assertKey(key: unknown): asserts key is string {
  assertName(key, ["key"])
}

// biome-ignore lint/suspicious/noExplicitAny: as schedule_json.sql writes it
function toSnapshot(json: any): ScheduleSnapshot {
  return {
    ...json,
    startsAt: dateOf(json.startsAt),
    endsAt: dateOf(json.endsAt),
    pausedUntil: dateOf(json.pausedUntil),
    next: json.next.map((tick: string) => new Date(tick)),
    runs: json.runs.map((run: { tick: string }) => ({ ...run, tick: new Date(run.tick) })),
    createdAt: new Date(json.createdAt),
    updatedAt: new Date(json.updatedAt),
  }
}
