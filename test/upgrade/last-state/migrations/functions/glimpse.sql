-- Whether jobs are ready that the last look from the start could not see. It takes no lock and passes over what others hold, so the claim
-- that follows is seldom in vain. Of all else that a look is for, such as what becomes due or what the dead have left, it says nothing.
--   p_names       as in claim, and so are p_priorities, p_fits_ms and p_pool
--   p_seen        what that look has seen
--   is_ready      whether there is such a job, or may be
--   behind        a place behind which a claim finds all of them; null: it has to look from the start
create or replace function glimpse(p_names text[], p_seen text, p_priorities integer[], p_fits_ms bigint, p_pool pool default null,
                                   out is_ready boolean, out behind text)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  c_most_looked_at constant integer := 1000;
  v_since timestamptz := seen_until(p_seen);
  v_found record;
begin
  is_ready := v_since is null;
  if is_ready then
    return;
  end if;
  select j.priority, j.run_at, j.id, j.place into v_found from (
    select j.*, row_number() over () as place from scan_ranges(v_since, p_priorities) s, lateral (
      select j.priority, j.run_at, j.id, j.fence, j.name, j.queue, j.timeout_ms, j.expires_at from jobs j
      where j.state = 'ready' and j.fair_key is null and (j.priority, j.run_at, j.id) > ((s.after).priority, (s.after).run_at, (s.after).id) and j.priority <= s.last_priority
      order by j.priority, j.run_at, j.id) j
    limit c_most_looked_at) j
  where j.place = c_most_looked_at
     or j.name = any (p_names) and serves(p_pool, j.queue) and (j.timeout_ms is null or j.timeout_ms <= coalesce(p_fits_ms, j.timeout_ms))
        and (j.expires_at is null or j.expires_at > now() or j.fence > 0)
        and (j.id, j.fence) not in (select h.job_id, h.fence from held_lately() h)
  order by j.priority, j.run_at, j.id limit 1;
  is_ready := found or exists (select from jobs j where j.state = 'ready' and j.fair_key is not null) and fair_priority(p_names, p_pool) is not null;
  if v_found.place < c_most_looked_at and v_found.priority >= all (p_priorities) then -- the ranges of less urgent ones aren't looked through
    behind := (v_found.priority, v_found.run_at, v_found.id - 1)::job_position;
  end if;
end
$$;
