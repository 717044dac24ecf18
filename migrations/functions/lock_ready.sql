-- The candidates of a claim: locks up to p_limit ready jobs in order, from behind p_resume_after. For the parameters see
-- claim. Another order of claiming is another function, chosen by the drainer, not a flag in this one.
-- The lock is tried above a materialised, ordered list with the limit over it: once a row, only on rows that are returned.
-- What this drainer holds already is left out, because its own session would get the lock again. So are jobs of paused queues, of
-- queues that its pool doesn't serve, of names that it doesn't perform, and those that have expired: past a million of those it looks in several claims, so that none takes long.
--   p_passes_held  whether it is likely to pass much of what others hold: that is left out by their claims, because trying the lock of
--                  each would take longer, and meanwhile some are settled and free
--   p_since    what was due by then was looked at before; null: nothing was
--   locked     the jobs
--   features   the features of all of them together; null: none
--   bytes      what a claim returns of the large ones among them; null: none is large
--   last       the position of the last one, as text
--   passed     the position up to which it has looked, if it stopped there with room for more jobs, as text; null: there are no more
create or replace function lock_ready(
  p_drainer integer, p_limit integer, p_names text[], p_resume_after job_position, p_since timestamptz, p_priorities integer[],
  p_fits_ms bigint, p_pool pool, p_passes_held boolean, out locked bigint[], out features integer, out bytes bigint, out last text, out passed text)
language plpgsql volatile set search_path from current
-- The order must come from the index, whatever the statistics of a table that empties all the time say. One plan
-- serves all calls: making it takes longer than claiming 50 jobs.
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off set plan_cache_mode = force_generic_plan
set work_mem = '4MB' -- what others hold is hashed, or each job that is looked at would be compared with all of it
as $$
declare
  c_most_looked_at constant integer := 10000;
  v_queues text[] := array(select p.target from pauses p where p.kind = 'queue' and lasts(p));
  v_excepts boolean := p_pool.excepts is not false;
  -- the ranges to scan: each from behind a position to the end of a priority
  v_after job_position[] := array[case when p_resume_after is null then (-2147483648, '-infinity', 0)::job_position else p_resume_after end];
  v_last_priorities integer[] := '{2147483647}';
begin
  if p_pool.queues is not null then
    v_queues := queues_of(p_pool, v_queues);
  end if;
  if p_resume_after is null and p_since is not null then
    select array_agg(s.after order by s.last_priority), array_agg(s.last_priority order by s.last_priority)
    into v_after, v_last_priorities from scan_ranges(p_since, p_priorities) s;
  end if;
  with candidates as materialized (
    select j.id, j.priority, j.run_at, j.features, j.large_bytes from (
      select j.* from unnest(v_after, v_last_priorities) s (priority, run_at, id, last_priority), lateral (
        select j.id, j.priority, j.run_at, j.features, j.large_bytes, j.name, j.queue, j.timeout_ms, j.fence, j.expires_at from jobs j
        where j.state = 'ready' and j.fair_key is null and (j.priority, j.run_at, j.id) > (s.priority, s.run_at, s.id) and j.priority <= s.last_priority
        order by j.priority, j.run_at, j.id) j
      limit c_most_looked_at) j
    where j.name = any (p_names) and (j.queue = any (v_queues)) <> v_excepts and (j.timeout_ms is null or j.timeout_ms <= coalesce(p_fits_ms, j.timeout_ms))
        and (j.expires_at is null or j.expires_at > now() or j.fence > 0)
        and (j.id, j.fence) not in (select h.job_id, h.fence from held_by(p_drainer) h)
        and (not p_passes_held or (j.id, j.fence) not in (select h.job_id, h.fence from held_lately() h))
  ), locked_now as (
    select c.* from candidates c where pg_try_advisory_lock(job_lock(c.id)) limit p_limit
  )
  select array_agg(l.id), bit_or(l.features), sum(l.large_bytes), (array_agg((l.priority, l.run_at, l.id)::job_position))[count(*)::integer]::text,
    case when count(*) < p_limit then (
      select (p.priority, p.run_at, p.id)::job_position::text from ( -- read from the index alone
        select j.* from unnest(v_after, v_last_priorities) s (priority, run_at, id, last_priority), lateral (
          select j.priority, j.run_at, j.id from jobs j
          where j.state = 'ready' and j.fair_key is null and (j.priority, j.run_at, j.id) > (s.priority, s.run_at, s.id) and j.priority <= s.last_priority
          order by j.priority, j.run_at, j.id) j
        offset c_most_looked_at - 1 limit 1) p) end
  into locked, features, bytes, last, passed from locked_now l;
end
$$;
