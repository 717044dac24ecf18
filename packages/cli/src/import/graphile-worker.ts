import { readCrontab } from "./crontab.ts"
import type { Source } from "./source.ts"
import { assertVersion } from "./versions.ts"

export const graphileWorker: Source = {
  defaultSchema: "graphile_worker",

  // 0.15 and older have tables of other names
  check: (database, tables) =>
    assertVersion(database, {
      system: "graphile-worker",
      table: tables("migrations"),
      column: "id",
      known: { from: 18, to: 20, releases: "0.16 to 0.18" },
    }),

  // A worker takes no job of a queue that it can't lock. The queue of a job that runs isn't available, so its other jobs stay.
  select: (tables) => `
    with queues as materialized (
      select q.id, q.queue_name from ${tables("_private_job_queues")} q where q.is_available order by q.id for update
    )
    select j.id::text, t.identifier as name, j.payload, j.priority, j.run_at, j.created_at::text, j.attempts, j.max_attempts,
           j.key as unique_key, 'waiting' as unique_while,
           (select q.queue_name from queues q where q.id = j.job_queue_id) as concurrency_key,
           array(select jsonb_object_keys(coalesce(j.flags, '{}'))) as tags
    from ${tables("_private_jobs")} j
    join ${tables("_private_tasks")} t on t.id = j.task_id
    where j.is_available and (j.job_queue_id is null or j.job_queue_id in (select q.id from queues q))
    order by j.priority, j.run_at, j.id
    for update of j skip locked`,

  remove: (tables) => `
    delete from ${tables("_private_jobs")} j using json_to_recordset($1) moved (id bigint) where j.id = moved.id`,

  count: (tables) => `
    select count(*) filter (where not failed)::integer as unfinished, count(*) filter (where failed)::integer as failed
    from ${tables("_private_jobs")} j, lateral (select j.attempts >= j.max_attempts and j.locked_at is null as failed) f`,

  // The database knows only when each item of the crontab last ran: the items are in a file.
  readSchedules: async ({ crontab }) => (crontab === undefined ? [] : readCrontab(crontab)),
}
