import type { ForeignSchedule, ScheduleSource, Source } from "./source.ts"
import { assertVersion } from "./versions.ts"

export const pgBoss: Source = {
  defaultSchema: "pgboss",

  check: (database, tables) =>
    assertVersion(database, {
      system: "pg-boss",
      table: tables("version"),
      column: "version",
      known: { from: 21, to: 46, releases: "10.0 to 12.38" },
    }),

  // Of a key that runs one job at a time, the others stay while one runs. Columns that older versions lack are read from JSON. What is
  // computed from an integer may be none any more: what is too large is then refused job by job.
  select: (tables) => `
    select j.id::text, j.name, j.data as payload, -j.priority::double precision as priority, j.start_after as run_at, j.created_on::text as created_at,
           j.retry_count::double precision + (j.started_on is not null)::integer as attempts,
           j.retry_limit::double precision + 1 as max_attempts,
           case when j.policy in ('short', 'stately', 'exclusive') then nullif(j.singleton_key, '') end as unique_key,
           case when j.policy = 'exclusive' then 'unfinished' else 'waiting' end as unique_while,
           case when j.policy in ('singleton', 'stately', 'key_strict_fifo') then j.name || '/' || coalesce(j.singleton_key, '') end
             as concurrency_key,
           case when j.policy = 'key_strict_fifo' then 'enqueued' end as concurrency_order,
           jsonb_strip_nulls(jsonb_build_object('singletonKey', j.singleton_key, 'policy', nullif(j.policy, 'standard'),
             'groupId', to_jsonb(j)->'group_id', 'deadLetter', j.dead_letter)) as details,
           case when to_jsonb(j)->>'blocked' = 'true' then 'it waits for other jobs of its flow'
                when to_jsonb(j)->>'blocking' = 'true' then 'other jobs of its flow wait for it' end as refusal
    from ${tables("job")} j
    where j.state in ('created', 'retry') and j.name not like '\\_\\_pgboss\\_\\_%'
      and not exists (
        select from ${tables("job")} a
        where a.name = j.name and a.state = 'active' and a.policy in ('singleton', 'stately', 'key_strict_fifo')
          and coalesce(a.singleton_key, '') = coalesce(j.singleton_key, ''))
    order by j.policy is not distinct from 'key_strict_fifo',
             case when j.policy = 'key_strict_fifo' then j.state end desc, case when j.policy = 'key_strict_fifo' then 0 else -j.priority::double precision end,
             j.created_on, j.id
    for update of j skip locked`,

  remove: (tables) => `
    delete from ${tables("job")} j using json_to_recordset($1) moved (id uuid, name text)
    where j.id = moved.id and j.name = moved.name`,

  count: (tables) => `
    select count(*) filter (where j.state <> 'failed')::integer as unfinished, count(*) filter (where j.state = 'failed')::integer as failed
    from ${tables("job")} j where j.state in ('created', 'retry', 'active', 'failed') and j.name not like '\\_\\_pgboss\\_\\_%'`,

  readSchedules: async ({ database, tables }) => {
    const { rows } = await database.query<ScheduleRow>(
      `select s.name, coalesce(to_jsonb(s)->>'key', '') as key, coalesce(to_jsonb(s)->>'kind', 'cron') as kind, s.cron,
              coalesce(s.timezone, 'UTC') as time_zone, s.data, s.options
       from ${tables("schedule")} s where s.name not like '\\_\\_pgboss\\_\\_%' order by 1, 2 for update`,
    )
    return rows.map(toSchedule)
  },

  removeSchedule: ({ database, tables }: ScheduleSource, { name, id }: ForeignSchedule) =>
    database.query(
      `delete from ${tables("schedule")} s where s.name = $1 and coalesce(to_jsonb(s)->>'key', '') = $2`,
      [name, id],
    ),
}

interface ScheduleRow {
  readonly name: string
  readonly key: string
  readonly kind: string
  readonly cron: string
  readonly time_zone: string
  readonly data: unknown
  /** Those of `send`, and what becomes of missed times. */
  readonly options: Readonly<Record<string, unknown>> | null
}

function toSchedule({ name, key, kind, cron, time_zone, data, options }: ScheduleRow): ForeignSchedule {
  const refusal = refusalOf(kind, cron)
  const settings = {
    name,
    cron,
    timeZone: time_zone,
    payload: data ?? {},
    catchUp: options?.missed === "once" ? "once" : "skip",
    options: optionsOf(options ?? {}),
  } as const
  return { name, id: key, key: key === "" ? name : `${name}/${key}`, settings, ...(refusal && { refusal }) }
}

/** pg-boss looks once a minute, so a time with seconds means something else there. */
function refusalOf(kind: string, cron: string): string | undefined {
  if (kind !== "cron") return `its times are given as ${kind}: Sluice reads cron expressions`
  const fields = cron.trim().split(/\s+/)
  const hasSeconds = fields.length === 6 && !/^\d+$/.test(fields[0] as string)
  return hasSeconds ? "its cron expression has several seconds, of which pg-boss uses none" : undefined
}

function optionsOf({ priority, retryLimit }: Readonly<Record<string, unknown>>) {
  return {
    ...(typeof priority === "number" && priority !== 0 && { priority: -priority }),
    ...(typeof retryLimit === "number" && { maxAttempts: retryLimit + 1 }),
  }
}
