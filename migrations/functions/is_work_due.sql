-- Whether a job could be claimed now: due, of one of these names, of a queue that the pool serves and that isn't paused, and not held by another drainer. The session
-- must hold no job's lock itself. What is aside is looked up name by name: with a list of names, Postgres before 17 may read it all.
create or replace function is_work_due(p_names text[], p_pool pool default null) returns boolean
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  v_rare record;
  v_queues text[];
  v_excepts boolean := p_pool.excepts is not false;
  v_free bigint;
begin
  select r.* into v_rare from rare_work() r;
  if v_rare.is_due then
    if exists (select from jobs j where j.state = 'scheduled' and j.run_at <= now() and j.name = any (p_names) and serves(p_pool, j.queue)) then
      return true;
    end if;
  end if;
  if v_rare.for_last_look then
    if exists (select from schedules s where s.next_at <= now() and s.name = any (p_names)) then
      return true; -- the next look enqueues its job
    end if;
    if exists (select from unnest(p_names) known (name), lateral (select from jobs j where j.state = 'unknown' and j.name = known.name limit 1) j) then
      return true; -- put by at the moment in which this drainer opened: the next look brings them back
    end if;
    if exists (select from unnest(p_names) known (name), lateral (select from jobs j where j.state = 'unkeyed' and j.name = known.name limit 1) j) then
      return true; -- the next look computes their keys
    end if;
    if exists (select from rates r where r.next_at <= clock_timestamp()
               and is_throttled(r.rate_key, p_names, p_pool)) then
      return true;
    end if;
    if exists (select from jobs j where j.rate_key is not null)
       and exists (select from keys_unnoted() key where is_throttled(key, p_names, p_pool)) then
      return true; -- the job that would have noted when they may start has expired, or is held
    end if;
  end if;
  v_queues := queues_of(p_pool, case when v_rare.for_repair then paused('queue') else '{}' end); -- pauses are work for repair
  with ready as materialized (
    select j.id from jobs j where j.state = 'ready' and j.fair_key is null and j.name = any (p_names) and (j.queue = any (v_queues)) <> v_excepts
    order by j.priority, j.run_at, j.id
  ), fair as materialized (
    select j.id from jobs j where j.state = 'ready' and j.fair_key is not null and j.name = any (p_names) and (j.queue = any (v_queues)) <> v_excepts
    order by j.priority, j.fair_key, j.run_at, j.id
  ), suspects as materialized (
    select j.id from jobs j where j.state = 'suspect' and j.name = any (p_names) and (j.queue = any (v_queues)) <> v_excepts order by j.suspect_group desc, j.id
  ), candidates as materialized (
    select id from ready union all select id from fair union all select id from suspects
  )
  select c.id into v_free from candidates c where pg_try_advisory_lock(job_lock(c.id)) limit 1;
  perform unlock_jobs(array[v_free]) where v_free is not null;
  return v_free is not null;
end
$$;
