-- The candidates of a claim: locks up to p_limit ready jobs in order, from behind p_resume_after. For the parameters see
-- claim. Another order of claiming is another function, chosen by the drainer, not a flag in this one.
-- The lock is tried above a materialised, ordered list with the limit over it: once a row, only on rows that are returned.
-- What this drainer holds already is left out, because its own session would get the lock again.
--   p_since    what was due by then was looked at before; null: nothing was
--   locked     the jobs
--   features   the features of all of them together; null: none
--   bytes      what a claim returns of the large ones among them; null: none is large
--   last       the position of the last one, as text
create or replace function lock_ready(
  p_drainer integer, p_limit integer, p_names text[], p_resume_after job_position, p_since timestamptz, p_priorities integer[],
  p_fits_ms bigint, out locked bigint[], out features integer, out bytes bigint, out last text)
language plpgsql volatile set search_path from current
-- The order must come from the index, whatever the statistics of a table that empties all the time say. One plan
-- serves all calls: making it takes longer than claiming 50 jobs.
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off set plan_cache_mode = force_generic_plan
as $$
begin
  with candidates as materialized (
    select j.* from scan_ranges(p_resume_after, p_since, p_priorities) s, lateral (
      select j.id, j.priority, j.run_at, j.features, j.large_bytes from jobs j
      where j.state = 'ready' and j.name = any (p_names) and (j.timeout_ms is null or j.timeout_ms <= coalesce(p_fits_ms, j.timeout_ms))
        and (j.priority, j.run_at, j.id) > (s.priority, s.run_at, s.id) and j.priority <= s.last_priority
        and (j.id, j.fence) not in (select h.job_id, h.fence from held_by(p_drainer) h)
      order by j.priority, j.run_at, j.id) j
  ), locked_now as (
    select c.* from candidates c where pg_try_advisory_lock(job_lock(c.id)) limit p_limit
  )
  select array_agg(l.id), bit_or(l.features), sum(l.large_bytes), (array_agg((l.priority, l.run_at, l.id)::job_position))[count(*)::integer]::text
  into locked, features, bytes, last from locked_now l;
end
$$;
