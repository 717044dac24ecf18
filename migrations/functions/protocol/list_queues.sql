-- The queues that have live jobs, a pause or a waiting limit, in the order of their names.
--   p_after  only those behind this name
--   p_limit  how many at most; null: all
--   returns  a list of objects, as the API has them
create or replace function list_queues(p_after text default '', p_limit integer default null) returns json
language sql stable set search_path from current
as $$
  with running as materialized (
    select r.job_id as id from running_jobs() r
  ), known as materialized (
    select name, h.name is not null as is_paused, h.until_at, l.waiting
    from (select p.target as name, p.until_at from pauses p where p.kind = 'queue' and lasts(p)) h
    full join (select w.target as name, w.waiting from waiting_limits w where w.kind = 'queue') l using (name)
  ), unfinished as (
    select j.queue, j.run_at, r.id is not null as is_running, j.state = 'scheduled' as is_scheduled,
           j.state in ('blocked', 'behind', 'throttled', 'paused', 'waiting') or j.name = any (array(select unnest(paused('name')))) as is_held
    from jobs j left join running r on r.id = j.id
  ), counted as (
    select coalesce(u.queue, k.name) as name, k.is_paused is true as paused, k.until_at as "pausedUntil", k.waiting as "waitingLimit",
           count(*) filter (where u.is_waiting and not u.is_held and k.is_paused is not true) as ready,
           count(*) filter (where u.is_scheduled) as scheduled,
           count(*) filter (where u.is_waiting and (u.is_held or k.is_paused)) as blocked,
           count(*) filter (where u.is_running) as running,
           min(u.run_at) filter (where u.is_waiting and not u.is_held and k.is_paused is not true) as "oldestReadyAt"
    from (select u.*, not u.is_running and not u.is_scheduled as is_waiting from unfinished u) u
    full join known k on k.name = u.queue
    where coalesce(u.queue, k.name) collate "C" > p_after
    group by 1, 2, 3, 4
  ), page as (
    select c.* from counted c order by c.name collate "C" limit p_limit
  )
  select coalesce(json_agg(p order by p.name collate "C"), '[]') from page p
$$;
