-- Every queue that has live jobs or has been paused, as a JSON list ordered by name.
create or replace function list_queues() returns json
language sql stable set search_path from current
as $$
  with running as materialized (
    select (l.classid::bigint << 32 | l.objid::bigint) & 281474976710655 as id from pg_locks l
    where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
      and l.database = (select oid from pg_database where datname = current_database())
      and (l.classid::bigint << 32 | l.objid::bigint | 281474976710655) = job_lock(281474976710655)
  ), counted as (
    select coalesce(j.queue, q.name) as name, coalesce(bool_or(q.paused_at is not null), false) as paused,
           count(*) filter (where j.state in ('ready', 'suspect') and r.id is null) as ready,
           count(*) filter (where j.state = 'scheduled') as scheduled,
           count(*) filter (where j.state in ('blocked', 'paused') and r.id is null) as blocked,
           count(r.id) as running,
           min(j.run_at) filter (where j.state in ('ready', 'suspect') and r.id is null) as "oldestReadyAt"
    from jobs j
    full join queues q on q.name = j.queue
    left join running r on r.id = j.id
    group by 1
  )
  select coalesce(json_agg(c order by c.name), '[]') from counted c
$$;
