-- How many jobs wait that could run, and for how long the first of them has. Both use the claim's index: the count stops at
-- 10,000 entries, and the age looks at the first waiting job of each priority, of 100 priorities at most. A running job is in
-- state ready too, so jobs whose lock is held are left out. Jobs whose concurrency key is to be computed wait as well.
--   ready                how many jobs wait
--   oldest_ready_age_ms  how long the first of them has waited; 0: none waits
create or replace function backlog() returns table (ready integer, oldest_ready_age_ms double precision)
language sql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
  with recursive running as materialized (
    select r.job_id as id from running_jobs() r
  ), unkeyed as materialized (
    select count(*) as count, min(j.run_at) as oldest from (select u.run_at from jobs u where u.state = 'unkeyed' limit 10000) j
  ), first_of_priority as (
    (select j.priority, j.run_at from jobs j
     where j.state = 'ready' and j.id not in (select r.id from running r)
     order by j.priority, j.run_at, j.id limit 1)
    union all
    select next.priority, next.run_at from first_of_priority f, lateral (
      select j.priority, j.run_at from jobs j
      where j.state = 'ready' and j.priority > f.priority and j.id not in (select r.id from running r)
      order by j.priority, j.run_at, j.id limit 1) next
  )
  select least(10000, (select u.count from unkeyed u) + (select count(*) from (select j.id from jobs j where j.state = 'ready' order by j.priority, j.run_at, j.id limit 10000) first
          where first.id not in (select r.id from running r)))::integer,
         coalesce((select greatest(0, extract(epoch from clock_timestamp() - min(oldest.run_at)) * 1000)
                   from ((select f.run_at from first_of_priority f limit 100) union all select u.oldest from unkeyed u) oldest), 0)::double precision
$$;
