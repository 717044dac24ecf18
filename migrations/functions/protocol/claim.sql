-- Takes up to p_limit of the jobs in p_names that are ready, in order, from behind p_resume_after (null: from the start).
--   p_settled     jobs of earlier claims whose outcome is committed: unlocked first, in the same round trip
--   p_spent       claims of which every job is settled
--   p_seen        what the last look from the start answered that found nothing more: what it has seen is not looked at
--                 again (see scan_ranges). Null: everything is.
--   p_priorities  priorities that are in use
--   p_fits_ms     jobs with a longer timeout of their own are left. Null: none is too long.
--   p_max_bytes  how much it may send of them: beyond it only the first job; 0: that one by id and name alone
-- Answers with the jobs, where the next claim is to resume, whether more may be waiting behind it, whether suspects wait that this
-- drainer could take, in how many milliseconds the next scheduled job is due (told by a look from the start), what it has
-- seen, whether it looked at everything, and whether a drainer is dead and to be reaped.
create or replace function claim(p_drainer integer, p_backend integer, p_limit integer, p_names text[], p_resume_after text,
                      p_settled bigint[], p_spent bigint[], p_seen text default null, p_priorities integer[] default '{}',
                      p_fits_ms bigint default null, p_max_bytes bigint default 4194304)
returns table (claim_id bigint, claimed_at_ms double precision, jobs json, resume_after text, more boolean, suspects boolean,
               due_in_ms double precision, seen text, whole boolean, dead boolean)
language plpgsql volatile set search_path from current
-- The order must come from the index, whatever the statistics of a table that empties all the time say.
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  v_since timestamptz;
  v_ticked boolean := false;
  v_trimmed boolean := false;
  v_locked bigint[];
  v_bytes bigint;
  v_keyed boolean;
begin
  perform assert_session(p_backend);
  perform unlock_jobs(p_settled);
  delete from claims c where c.id = any (p_spent);
  if p_resume_after is null then
    v_ticked := tick(p_names, seen_until(p_seen));
    v_since := seen_until(p_seen); -- anew: a tick may have brought late arrivals
    seen := seen_now();
    due_in_ms := due_in_ms(v_since);
  end if;

  -- The lock is tried above a materialised, ordered list with the limit over it: once a row, only on rows that are
  -- returned. What this drainer holds already is left out, because its own session would get the lock again.
  with candidates as materialized (
    select j.* from scan_ranges(p_resume_after::job_position, v_since, p_priorities) s, lateral (
      select j.id, j.priority, j.run_at, j.concurrency_key is not null as keyed, j.large_bytes from jobs j
      where j.state = 'ready' and j.name = any (p_names) and (j.timeout_ms is null or j.timeout_ms <= coalesce(p_fits_ms, j.timeout_ms))
        and (j.priority, j.run_at, j.id) > (s.priority, s.run_at, s.id) and j.priority <= s.last_priority
        and (j.id, j.fence) not in (select h.job_id, h.fence from held_by(p_drainer) h)
      order by j.priority, j.run_at, j.id) j
  ), locked as (
    select c.* from candidates c where pg_try_advisory_lock(job_lock(c.id)) limit p_limit
  )
  select array_agg(l.id), bool_or(l.keyed), sum(l.large_bytes), (array_agg((l.priority, l.run_at, l.id)::job_position))[count(*)::integer]::text
  into v_locked, v_keyed, v_bytes, resume_after from locked l;

  if v_bytes > p_max_bytes then
    v_trimmed := true;
    v_locked := trim_to_bytes(v_locked, p_max_bytes);
    resume_after := (select (j.priority, j.run_at, j.id)::job_position from jobs j where j.id = v_locked[cardinality(v_locked)])::text;
  end if;

  select t.* into claim_id, claimed_at_ms, jobs, dead from second_look(p_drainer, v_locked, v_keyed, 'ready', p_max_bytes) t;
  more := v_ticked or v_trimmed or coalesce(cardinality(v_locked), 0) = p_limit;
  whole := p_resume_after is null and v_since is null;
  suspects := exists (select from jobs j where j.state = 'suspect') and suspects_wait(p_drainer, p_names);
  return next;
end
$$;
