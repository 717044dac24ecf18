-- The queues that are known: that have unfinished jobs, a pause or a waiting limit, where a definition's jobs go or a pool looks, or
-- where jobs were performed in the last two hours, and of the queue that is asked for, in the last two weeks. Of a large
-- backlog it looks at some pages, and their counts are estimates; of the oldest job it is then certain only if it is among the next
-- 5,000. The jobs that run are counted exactly.
--   p_name   only this queue; null: all
--   p_limit  how many at most; null: all
--   p_after  only those behind this name
--   returns  a list of objects in the order of the names, as the API has them
create or replace function sample_queues(p_name text default null, p_limit integer default 1000, p_after text default '') returns json
language sql stable set search_path from current
set jit = off
as $$
  with share as materialized (
    select sampled_percent() as percent
  ), running as materialized (
    select r.job_id as id from running_jobs() r
  ), busy as materialized (
    select j.queue, count(*) as jobs from running r join jobs j on j.id = r.id group by j.queue
  ), held as materialized (
    select paused('name') as names, paused('queue') as queues
  ), sampled as (
    select j.queue, j.run_at, j.state = 'scheduled' as is_scheduled,
           j.state in ('blocked', 'behind', 'throttled', 'paused', 'waiting') or j.name = any (h.names) or j.queue = any (h.queues) as is_held
    from held h, jobs j tablesample system (sampled_percent()) repeatable (0)
    where (p_name is null or j.queue = p_name) and j.id not in (select r.id from running r)
  ), next as materialized (
    select j.queue, min(j.run_at) as oldest, count(*) as jobs
    from (select j.queue, j.name, j.run_at, j.id from jobs j where j.state = 'ready' and j.fair_key is null
          order by j.priority, j.run_at, j.id limit (select case when s.percent < 100 then 5000 else 0 end from share s)) j, held h
    where j.name <> all (h.names) and j.queue <> all (h.queues) and j.id not in (select r.id from running r) group by j.queue
  ), counted as materialized (
    select s.queue, count(*) filter (where s.is_scheduled) as scheduled, count(*) filter (where not s.is_scheduled and s.is_held) as blocked,
           count(*) filter (where not s.is_scheduled and not s.is_held) as ready, min(s.run_at) filter (where not s.is_scheduled and not s.is_held) as oldest
    from sampled s group by s.queue
  ), names as (
    select c.queue as name from counted c union select b.queue from busy b union select n.queue from next n
    union select p.target from pauses p where p.kind = 'queue' and lasts(p)
    union select w.target from waiting_limits w where w.kind = 'queue'
    union select coalesce(d.queue, 'default') from definitions d where d.dropped_at is null
    union select m.queue from noted_measures m
    union select m.queue from generate_series(date_bin('10 minutes', now() - interval '2 hours', 'epoch'), now(), interval '10 minutes') s (at)
    join measures m on m.span_s = 600 and m.starts_at = s.at and m.name = '' and m.queue > '' where p_name is null
    union select m.queue from generate_series(date_bin('1 hour', now() - interval '14 days', 'epoch'), now(), interval '1 hour') s (at)
    join measures m on m.span_s = 3600 and m.starts_at = s.at and m.name = '' and m.queue = p_name
    union select q.queue from pooled_queues q where q.queue <> ''
  ), page as (
    select n.name from names n where (p_name is null or n.name = p_name) and n.name collate "C" > p_after order by n.name collate "C" limit p_limit
  )
  select coalesce(json_agg(json_build_object(
    'name', n.name, 'paused', p.target is not null, 'pausedUntil', p.until_at, 'waitingLimit', w.waiting,
    'ready', greatest(round(coalesce(c.ready, 0) * 100 / s.percent), x.jobs), 'scheduled', round(coalesce(c.scheduled, 0) * 100 / s.percent),
    'blocked', round(coalesce(c.blocked, 0) * 100 / s.percent), 'running', coalesce(b.jobs, 0),
    'oldestReadyAt', least(c.oldest, x.oldest), 'isEstimate', s.percent < 100) order by n.name collate "C"), '[]')
  from share s, page n
  left join counted c on c.queue = n.name left join next x on x.queue = n.name left join busy b on b.queue = n.name
  left join pauses p on p.kind = 'queue' and p.target = n.name and lasts(p)
  left join waiting_limits w on w.kind = 'queue' and w.target = n.name
$$;
