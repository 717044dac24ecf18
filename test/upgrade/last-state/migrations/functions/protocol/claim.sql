-- Claims ready jobs: locks them in order, takes the second look at them, and writes the claim.
--   p_drainer       the drainer
--   p_backend       the backend that its session began on
--   p_limit         how many jobs at most
--   p_names         the job names that it performs
--   p_resume_after  the position behind which to look; null: from the start, after a tick
--   p_passed        of a look from the start: how far it had looked before. It is a detour to what is urgent and ends after some
--                   rows that it can't claim; then that is where to look next. Null: it is none
--   p_settled       jobs of earlier claims whose outcome is committed: unlocked first, in the same round trip
--   p_spent         claims of which every job is settled
--   p_seen          the `seen` of the last look from the start that found nothing more: what that has seen isn't looked at
--                   again (see scan_ranges). Null: everything is
--   p_priorities    priorities that are in use
--   p_fits_ms       jobs with a longer timeout of their own are left. Null: none is too long
--   p_max_bytes     how much it may return of them: beyond it only the first job; 0: that one by id and name alone
-- Returns one row:
--   claim_id, claimed_at_ms, jobs, dead  as second_look; dead: a drainer is to be reaped
--   resume_after                         where to look next: behind the last job, or what can't be claimed
--   more                                 more may be waiting behind it
--   unkeyed                              of a look from the start: jobs wait whose concurrency keys this drainer could compute
--   suspects                             suspects wait that this drainer could take
--   due_in_ms                            of a look from the start: until the next scheduled job is due
--   seen                                 what a look from the start has seen, once it is through; null: more is to be made ready
--   whole                                it has looked at everything
create or replace function claim(p_drainer integer, p_backend integer, p_limit integer, p_names text[], p_resume_after text,
                      p_settled bigint[], p_spent bigint[], p_seen text default null, p_priorities integer[] default '{}',
                      p_fits_ms bigint default null, p_max_bytes bigint default 4194304,
                      p_passed text default null)
returns table (claim_id bigint, claimed_at_ms double precision, jobs json, resume_after text, more boolean, suspects boolean,
               due_in_ms double precision, seen text, whole boolean, dead boolean, unkeyed boolean)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  v_since timestamptz;
  v_ticked boolean := false;
  v_trimmed boolean := false;
  v_locked bigint[];
  v_features integer;
  v_bytes bigint;
  v_passed text;
begin
  perform assert_session(p_backend);
  perform unlock_jobs(p_settled);
  delete from claims c where c.id = any (p_spent);
  if p_resume_after is null then
    v_ticked := tick(p_names, seen_until(p_seen));
    v_since := seen_until(p_seen); -- anew: a tick may have brought late arrivals
    seen := case when not v_ticked then seen_now() end;
    due_in_ms := due_in_ms(v_since);
  end if;

  select l.locked, l.features, l.bytes, l.last, l.passed into v_locked, v_features, v_bytes, resume_after, v_passed
  from lock_ready(p_drainer, p_limit, p_names, p_resume_after::job_position, v_since, p_priorities, p_fits_ms) l;
  if v_passed is not null then
    resume_after := greatest(v_passed::job_position, p_passed::job_position)::text;
  end if;
  if v_bytes > p_max_bytes then
    v_trimmed := true;
    v_locked := trim_to_bytes(v_locked, p_max_bytes);
    resume_after := (select (j.priority, j.run_at, j.id)::job_position from jobs j where j.id = v_locked[cardinality(v_locked)])::text;
  end if;

  select t.* into claim_id, claimed_at_ms, jobs, dead from second_look(p_drainer, v_locked, v_features, 'ready', p_max_bytes) t;
  more := v_ticked or v_trimmed or v_passed is not null or coalesce(cardinality(v_locked), 0) = p_limit;
  whole := p_resume_after is null and v_since is null;
  unkeyed := p_resume_after is null and exists (select from jobs j where j.state = 'unkeyed' and j.name = any (p_names));
  suspects := exists (select from jobs j where j.state = 'suspect') and suspects_wait(p_drainer, p_names);
  return next;
end
$$;
