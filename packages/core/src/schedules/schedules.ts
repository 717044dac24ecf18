import { checkOptions } from "../checks/field.ts"
import { assertName, isRecord, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { type ProtocolCall, protocolCall } from "../database/protocol-call.ts"
import { codeOf } from "../database/translate-error.ts"
import { refusalOf } from "../enqueue/enqueue.ts"
import { ScheduleNotFoundError, ScheduleStateError } from "../errors.ts"
import { dateOf } from "../inspect/date-of.ts"
import { toJson } from "../job/payload.ts"
import { instantsToText } from "../job/schedule-settings.ts"
import { endOf, type PauseOptions } from "../manage/pauses.ts"
import { assertSchedule, LIST_SCHEDULES, type ScheduleSettings } from "./fields.ts"
import type { ScheduleSnapshot } from "./schedule-snapshot.ts"

/** Which schedules `listSchedules` returns. */
export interface ListSchedulesOptions {
  /** Only schedules whose keys come after this one. Default: from the first. */
  readonly after?: string
  /** Most schedules to return. Default 1,000. */
  readonly limit?: number
  /** Only schedules of jobs of this name. */
  readonly name?: string
  /** Only schedules whose jobs go to this queue. */
  readonly queue?: string
}

/** The database checks the settings again, for SQL, and what only it knows: the cron expression, and the options of the jobs. */
export async function setSchedule(
  database: Queryable,
  schema: string,
  key: string,
  settings: ScheduleSettings,
): Promise<ScheduleSnapshot> {
  assertKey(key)
  if (!isRecord(settings)) refuse("invalid_option", settings, ["settings"], "the settings of the schedule")
  assertSchedule(settings, [])
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined && value !== null) toJson(value, [name], Number.POSITIVE_INFINITY)
  }
  const call = protocolCall(schema, "set_schedule", {
    p_key: key,
    p_settings: JSON.stringify(instantsToText(settings)),
  })
  return toSnapshot(await resultOf(database, call))
}

export async function getSchedule(
  database: Queryable,
  schema: string,
  key: string,
): Promise<ScheduleSnapshot | undefined> {
  assertKey(key)
  const json = await resultOf(database, protocolCall(schema, "get_schedule", { p_key: key }))
  return json === null ? undefined : toSnapshot(json)
}

export async function listSchedules(
  database: Queryable,
  schema: string,
  options: ListSchedulesOptions = {},
): Promise<ScheduleSnapshot[]> {
  checkOptions(LIST_SCHEDULES, options)
  const { after, limit = 1_000, name, queue } = options
  const call = protocolCall(schema, "list_schedules", {
    p_after: after,
    p_limit: limit,
    p_name: name,
    p_queue: queue,
  })
  return ((await resultOf(database, call)) as unknown[]).map(toSnapshot)
}

export async function deleteSchedule(database: Queryable, schema: string, key: string): Promise<void> {
  assertKey(key)
  assertFound(await resultOf(database, protocolCall(schema, "delete_schedule", { p_key: key })), key)
}

/** Returns the job's id. */
export async function runSchedule(database: Queryable, schema: string, key: string): Promise<string> {
  assertKey(key)
  const id = await resultOf(database, protocolCall(schema, "run_schedule", { p_key: key }))
  return String(assertFound(id, key))
}

export async function pauseSchedule(
  database: Queryable,
  schema: string,
  key: string,
  options: PauseOptions = {},
): Promise<void> {
  assertKey(key)
  const call = protocolCall(schema, "pause_schedule", { p_key: key, ...endOf(options) })
  assertFound(await resultOf(database, call), key)
}

export async function resumeSchedule(database: Queryable, schema: string, key: string): Promise<void> {
  assertKey(key)
  assertFound(await resultOf(database, protocolCall(schema, "resume_schedule", { p_key: key })), key)
}

/** The functions return false or null where there is no such schedule. */
function assertFound(result: unknown, key: string): unknown {
  if (result !== false && result !== null) return result
  throw new ScheduleNotFoundError("schedule_not_found", `No schedule has the key ${JSON.stringify(key)}`)
}

async function resultOf(database: Queryable, { text, values }: ProtocolCall): Promise<unknown> {
  try {
    const { rows } = await database.query(
      `select pg_catalog.to_json(${text})::pg_catalog.text as result`,
      values,
    )
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
