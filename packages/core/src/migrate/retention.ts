import type { ClientBase } from "pg"
import { type Duration, durationMs } from "../checks/duration.ts"
import { assertKnownKeys, assertName, refuse } from "../checks/validate.ts"

/**
 * How long which finished jobs are kept. Of a job, the time for its name applies, else that for its queue, else that for its
 * state, else the default. Each is at least an hour, the default at least a day.
 */
export interface Retention {
  /** Default: what is stored, which is 14 days in a new schema. */
  readonly default?: Duration
  readonly succeeded?: Duration
  readonly discarded?: Duration
  readonly canceled?: Duration
  /** By the name of the queue. */
  readonly queues?: Readonly<Record<string, Duration>>
  /** By the name of the job. */
  readonly names?: Readonly<Record<string, Duration>>
  /** What executions of each minute came to. Default: what is stored, which is 2 days in a new schema. */
  readonly minutes?: Duration
  /** What executions of each hour came to. Default: what is stored, which is 90 days in a new schema. */
  readonly hours?: Duration
}

interface StoredRetention {
  readonly defaultMs: number | undefined
  readonly minutesMs?: number | undefined
  readonly hoursMs?: number | undefined
  readonly rules: readonly Rule[]
}

interface Rule {
  readonly kind: "name" | "queue" | "state"
  readonly target: string
  readonly keepMs: number
}

const STATES = ["succeeded", "discarded", "canceled"] as const
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const PATH = ["migrate", "retention"]

/** Throws `InvalidInputError` (`invalid_duration`, `unknown_option`, `invalid_name`). */
export function readRetention(given: Duration | Retention): StoredRetention {
  if (typeof given !== "object") return { defaultMs: keepMs(given, PATH, DAY_MS, 'a day, "1d"'), rules: [] }
  assertKnownKeys(given, ["default", ...STATES, "queues", "names", "minutes", "hours"], PATH)
  return {
    defaultMs:
      given.default === undefined
        ? undefined
        : keepMs(given.default, [...PATH, "default"], DAY_MS, 'a day, "1d"'),
    minutesMs: given.minutes && keepMs(given.minutes, [...PATH, "minutes"], HOUR_MS, 'an hour, "1h"'),
    hoursMs: given.hours && keepMs(given.hours, [...PATH, "hours"], HOUR_MS, 'an hour, "1h"'),
    rules: [
      ...STATES.flatMap((state) => ruleFor("state", state, given[state], [...PATH, state])),
      ...rulesFor("queue", given.queues, [...PATH, "queues"]),
      ...rulesFor("name", given.names, [...PATH, "names"]),
    ],
  }
}

function rulesFor(kind: Rule["kind"], given: Retention["names"], path: readonly string[]): Rule[] {
  if (given === undefined) return []
  assertKnownKeys(given, Object.keys(given ?? {}), path)
  return Object.entries(given).flatMap(([target, keep]) => {
    assertName(target, path)
    return ruleFor(kind, target, keep, [...path, target])
  })
}

function ruleFor(
  kind: Rule["kind"],
  target: string,
  keep: Duration | undefined,
  path: readonly string[],
): Rule[] {
  return keep === undefined ? [] : [{ kind, target, keepMs: keepMs(keep, path, HOUR_MS, 'an hour, "1h"') }]
}

/** A day at least by default: history is dropped in whole days, and an idempotency key leads to its job for 24 hours. */
function keepMs(keep: Duration, path: readonly string[], leastMs: number, least: string): number {
  const ms = durationMs(keep, path)
  if (ms < leastMs) refuse("invalid_duration", keep, path, `at least ${least}`)
  return ms
}

/** Only reads if all of it is stored already, so that this needs no permission to write. */
export async function storeRetention(
  client: ClientBase,
  schema: string,
  { defaultMs, minutesMs, hoursMs, rules }: StoredRetention,
): Promise<void> {
  const values = [defaultMs ?? null, JSON.stringify(rules), minutesMs ?? null, hoursMs ?? null]
  const milliseconds = (count: string) =>
    `${count}::pg_catalog.float8 operator(pg_catalog.*) interval '1 millisecond'`
  const keep = `coalesce(${milliseconds("$1")}, retention)`
  const minutes = `coalesce(${milliseconds("$3")}, minutes_kept)`
  const hours = `coalesce(${milliseconds("$4")}, hours_kept)`
  const given = `select kind, target, ${milliseconds('"keepMs"')} as keep
    from pg_catalog.json_to_recordset($2::pg_catalog.json) as given (kind text, target text, "keepMs" float8)`
  const stored = `select kind, target, keep from ${schema}.retention_rules`
  const { rowCount } = await client.query(
    `select from ${schema}.settings where retention operator(pg_catalog.<>) (${keep})
       or minutes_kept operator(pg_catalog.<>) (${minutes}) or hours_kept operator(pg_catalog.<>) (${hours})
       or exists ((${given}) except (${stored})) or exists ((${stored}) except (${given}))`,
    values,
  )
  if (rowCount === 0) return
  await client.query(`delete from ${schema}.retention_rules`)
  await client.query(
    `with rules as (insert into ${schema}.retention_rules (kind, target, keep) ${given})
     update ${schema}.settings set retention = ${keep}, minutes_kept = ${minutes}, hours_kept = ${hours}`,
    values,
  )
  await client.query(`delete from ${schema}.retention_searches`) // what was kept so far may expire now
}
