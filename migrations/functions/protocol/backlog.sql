-- How many jobs wait that could run, and for how long the first of them has. Both use the claim's index: the count stops at
-- 10,000 entries, and the age looks at the first waiting job of each priority, of 100 priorities at most, and of each
-- key that takes turns, of 1,000 at most. A running job is in
-- state ready too, so jobs whose lock is held are left out. Jobs whose concurrency key is to be computed wait as well.
--   ready                how many jobs wait
--   oldest_ready_age_ms  how long the first of them has waited; 0: none waits
create or replace function backlog() returns table (ready integer, oldest_ready_age_ms double precision)
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  v_running bigint[];
  v_oldest timestamptz;
  v_priority bigint := -2147483649;
  v_run_at timestamptz;
begin
  ready := 0;
  oldest_ready_age_ms := 0;
  if not exists (select from jobs j where j.state = 'ready') and not exists (select from jobs j where j.state = 'unkeyed') then
    return next;
    return;
  end if;

  v_running := array(select r.job_id from running_jobs() r);
  select count(*), min(u.run_at) into ready, v_oldest from (select j.run_at from jobs j where j.state = 'unkeyed' limit 10000) u;
  ready := least(10000, ready + (select count(*) from first_ready(10000) first where first.id <> all (v_running)));
  for v_place in 1 .. 100 loop
    select j.priority, j.run_at into v_priority, v_run_at from jobs j
    where j.state = 'ready' and j.fair_key is null and j.priority > v_priority and j.id <> all (v_running) order by j.priority, j.run_at, j.id limit 1;
    exit when not found;
    v_oldest := least(v_oldest, v_run_at);
  end loop;
  with recursive heads as (
    (select j.priority, j.fair_key, j.run_at from jobs j where j.state = 'ready' and j.fair_key is not null and j.id <> all (v_running)
     order by j.priority, j.fair_key, j.run_at, j.id limit 1)
    union all
    select next.* from heads h, lateral (
      select j.priority, j.fair_key, j.run_at from jobs j
      where j.state = 'ready' and j.fair_key is not null and (j.priority, j.fair_key) > (h.priority, h.fair_key) and j.id <> all (v_running)
      order by j.priority, j.fair_key, j.run_at, j.id limit 1) next
  )
  select least(v_oldest, min(first.run_at)) into v_oldest from (select h.run_at from heads h limit 1000) first;
  oldest_ready_age_ms := greatest(0, coalesce(extract(epoch from clock_timestamp() - v_oldest) * 1000, 0));
  return next;
end
$$;
