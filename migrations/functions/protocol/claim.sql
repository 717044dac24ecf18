-- Takes up to p_limit of the jobs in p_names that are ready, in order, from behind p_mark (null: from the start).
--   p_settled  jobs of earlier claims whose outcome is committed: unlocked first, in the same round trip
--   p_spent    claims of which every job is settled
-- Answers with the jobs, the mark to go on from, whether more may be waiting behind it, whether suspects wait that this
-- drainer could take, in how many milliseconds the next scheduled job is due (told by a look from the start), and whether
-- a drainer is dead and to be reaped.
create or replace function claim(p_drainer integer, p_backend integer, p_limit integer, p_names text[], p_mark text,
                      p_settled bigint[], p_spent bigint[])
returns table (claim_id bigint, claimed_at_ms double precision, jobs json, mark text, more boolean, suspects boolean,
               due_in_ms double precision, dead boolean)
language plpgsql volatile set search_path from current
-- The order must come from the index, whatever the statistics of a table that empties all the time say.
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  v_mark job_position := coalesce(p_mark::job_position, (-2147483648, '-infinity', 0)::job_position);
  v_promoted boolean := false;
  v_locked bigint[];
  v_keyed boolean;
begin
  perform assert_session(p_backend);
  perform unlock_jobs(p_settled);
  delete from claims c where c.id = any (p_spent);
  if p_mark is null then
    v_promoted := promote_due();
    due_in_ms := (select extract(epoch from s.run_at - now()) * 1000 from jobs s where s.state = 'scheduled' order by s.run_at limit 1);
  end if;

  -- The lock is tried above a materialised, ordered list with the limit over it: once a row, only on rows that are
  -- returned. What this drainer holds already is left out, because its own session would get the lock again.
  with candidates as materialized (
    select j.id, j.priority, j.run_at, j.concurrency_key is not null as keyed from jobs j
    where j.state = 'ready' and j.name = any (p_names)
      and (j.priority, j.run_at, j.id) > (v_mark.priority, v_mark.run_at, v_mark.id)
      and (j.id, j.fence) not in (select h.job_id, h.fence from held_by(p_drainer) h)
    order by j.priority, j.run_at, j.id
  ), locked as (
    select c.* from candidates c where pg_try_advisory_lock(job_lock(c.id)) limit p_limit
  )
  select array_agg(l.id), bool_or(l.keyed), (array_agg((l.priority, l.run_at, l.id)::job_position))[count(*)::integer]::text
  into v_locked, v_keyed, mark from locked l;

  select t.* into claim_id, claimed_at_ms, jobs, dead from take(p_drainer, v_locked, v_keyed, 'ready') t;
  more := v_promoted or coalesce(cardinality(v_locked), 0) = p_limit;
  suspects := exists (select from jobs j where j.state = 'suspect') and suspects_wait(p_drainer, p_names);
  return next;
end
$$;
