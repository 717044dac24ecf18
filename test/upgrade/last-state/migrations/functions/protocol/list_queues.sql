-- The queues that have live jobs or have been paused, in the order of their names.
--   p_after  only those behind this name
--   p_limit  how many at most; null: all
--   returns  a list of objects, as the API has them
create or replace function list_queues(p_after text default '', p_limit integer default null) returns json
language sql stable set search_path from current
as $$
  with running as materialized (
    select r.job_id as id from running_jobs() r
  ), counted as (
    select coalesce(j.queue, q.name) as name, coalesce(bool_or(q.paused_at is not null), false) as paused,
           count(*) filter (where j.state in ('ready', 'suspect', 'unknown', 'unkeyed') and q.paused_at is null and r.id is null) as ready,
           count(*) filter (where j.state = 'scheduled') as scheduled,
           count(*) filter (where (j.state in ('blocked', 'throttled', 'paused') or q.paused_at is not null and j.state in ('ready', 'suspect', 'unknown', 'unkeyed'))
                              and r.id is null) as blocked,
           count(r.id) as running,
           min(j.run_at) filter (where j.state in ('ready', 'suspect', 'unknown', 'unkeyed') and q.paused_at is null and r.id is null) as "oldestReadyAt"
    from jobs j
    full join queues q on q.name = j.queue
    left join running r on r.id = j.id
    where coalesce(j.queue, q.name) collate "C" > p_after
    group by 1
  ), page as (
    select c.* from counted c order by c.name collate "C" limit p_limit
  )
  select coalesce(json_agg(p order by p.name collate "C"), '[]') from page p
$$;
