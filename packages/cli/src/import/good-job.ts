import { toPayload } from "./active-job.ts"
import type { Source } from "./source.ts"
import { assertTable, unsupported } from "./versions.ts"

/** What the tables of GoodJob 4 have, and those of 3 only after their last migration. */
const COLUMNS = [
  "id",
  "active_job_id",
  "queue_name",
  "priority",
  "job_class",
  "serialized_params",
  "scheduled_at",
  "created_at",
].concat([
  "finished_at",
  "error",
  "concurrency_key",
  "cron_key",
  "batch_id",
  "batch_callback_id",
  "labels",
  "locked_by_id",
])

/** The advisory lock of a job, as GoodJob's `AdvisoryLockable` computes it with its default hash function. */
const LOCK = "('x' || substr(md5('good_jobs-' || j.id::text), 1, 16))::bit(64)::bigint"

export const goodJob: Source = {
  defaultSchema: "public",

  // Rails notes migrations under names that each app chooses, so the columns say the version.
  async check(database, tables) {
    const table = tables("good_jobs")
    await assertTable(database, "GoodJob", table)
    const { rows } = await database.query(
      `select wanted.name from unnest($2::text[]) wanted (name)
       where not exists (select from pg_attribute a where a.attrelid = $1::regclass and a.attname = wanted.name and not a.attisdropped)`,
      [table, COLUMNS],
    )
    if (rows.length === 0) return
    const missing = rows.map(({ name }) => name).join(", ")
    throw unsupported(
      `${table} has no ${missing}: known are the tables of GoodJob 4. Upgrade GoodJob, and run its migrations, first`,
    )
  },

  // A worker takes a job by an advisory lock, which locks no row. It reads the table to do so, and nobody can while this lock is held.
  prepare: (tables) => `lock table ${tables("good_jobs")} in access exclusive mode`,

  // Times are in UTC without a zone, unless the app has configured them to have one; this session's zone is UTC.
  select: (tables) => `
    with locked as materialized (
      select l.classid::bigint << 32 | l.objid::bigint as key from pg_locks l
      where l.locktype = 'advisory' and l.objsubid = 1
        and l.database = (select d.oid from pg_database d where d.datname = current_database())
    )
    select j.id::text, coalesce(j.job_class, j.serialized_params->>'job_class') as name, (j.serialized_params->'arguments')::text as payload,
           nullif(coalesce(j.queue_name, 'default'), 'default') as queue, coalesce(j.priority, 0) as priority,
           coalesce(j.scheduled_at, j.created_at)::timestamptz as run_at, j.created_at::timestamptz::text as created_at,
           case when j.serialized_params->>'executions' ~ '^\\d{1,9}$' then (j.serialized_params->>'executions')::integer else 0 end as attempts,
           j.labels as tags,
           jsonb_strip_nulls(jsonb_build_object('activeJobId', j.active_job_id, 'concurrencyKey', j.concurrency_key, 'cronKey', j.cron_key,
             'locale', j.serialized_params->'locale', 'timeZone', j.serialized_params->'timezone')) as details,
           case when j.batch_id is not null then 'it belongs to a batch'
                when j.batch_callback_id is not null then 'it is the callback of a batch' end as refusal
    from ${tables("good_jobs")} j
    where j.finished_at is null and j.locked_by_id is null and ${LOCK} not in (select l.key from locked l)
    order by j.priority nulls last, j.created_at, j.id
    for update of j skip locked`,

  readPayload: (text) => toPayload((text as string | null) ?? "[]"),

  remove: (tables) => `
    delete from ${tables("good_jobs")} j using json_to_recordset($1) moved (id uuid) where j.id = moved.id`,

  count: (tables) => `
    select count(*) filter (where j.finished_at is null)::integer as unfinished,
           count(*) filter (where j.finished_at is not null and j.error is not null)::integer as failed
    from ${tables("good_jobs")} j`,
}
