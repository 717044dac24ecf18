-- Claims ready jobs: locks them in order, takes the second look at them, and writes the claim.
--   p_drainer       the drainer
--   p_backend       the backend that its session began on
--   p_limit         how many jobs at most
--   p_names         the job names that it performs
--   p_resume_after  the position behind which to look, unless another drainer has claimed behind it since; null: from the start,
--                   after a tick
--   p_settled       jobs of earlier claims whose outcome is committed: unlocked first, in the same round trip
--   p_spent         claims of which every job is settled
--   p_seen          the `seen` of the last look from the start that found nothing more: what that has seen isn't looked at
--                   again (see scan_ranges). Null: everything is
--   p_priorities    priorities that are in use
--   p_fits_ms       jobs with a longer timeout of their own are left. Null: none is too long
--   p_last_claim    this drainer's last claim, which p_resume_after is of. Null: it follows nobody
--   p_looked_ms_ago when this drainer last looked from the start; null: never. If neither it nor another of its names has within
--                   a second, it does, also with p_resume_after. -1: never, and this claim leaves it to the next
--   p_pass          the `pass` of the claim that ended at p_resume_after
--   p_pool          the queues whose jobs it performs; null: all
--   p_max_bytes     how much it may return of them: beyond it only the first job; 0: that one by id and name alone
-- Returns one row:
--   claim_id                             the row in claims; null: none was written
--   claimed_at_ms                        when, before the second look
--   jobs                                 as second_look
--   dead                                 a drainer is to be reaped
--   drainers                             how many live, this one among them
--   canceled                             jobs that it has in flight and that are to be canceled, as JSON; null: none
--   resume_after                         where to look next: behind the last job or behind what can't be claimed. A look from the start
--                                        that ends there is a detour to what is urgent: the way continues where it was
--   from_start                           it has looked from the start
--   more                                 more may be waiting behind it
--   unkeyed                              of a look from the start: jobs wait whose concurrency keys this drainer could compute
--   expired                              of a look from the start: jobs have expired; see expire_jobs
--   fair                                 of a look from the start: the most urgent priority of jobs that take turns; see claim_fair
--   suspects                             suspects wait that this drainer could take
--   due_in_ms                            of a look from the start: until the next scheduled job is due
--   seen                                 what a look from the start has seen
--   pass                                 what has been seen by the drainers on this way once it reaches the end; null: unknown
--   whole                                it has looked at everything
-- and, for each job whose payload isn't in its row, one more:
--   aside_id, payload, payload_key       the job and its payload, or the key under which that is in the app's store
-- Commits asynchronously: a crash of the server ends all sessions, and then there are no locks either.
create or replace function claim(p_drainer integer, p_backend integer, p_limit integer, p_names text[], p_resume_after text,
                      p_settled bigint[], p_spent bigint[], p_seen text default null, p_priorities integer[] default '{}',
                      p_fits_ms bigint default null, p_max_bytes bigint default 4194304, p_last_claim bigint default 0,
                      p_looked_ms_ago double precision default 0, p_pass text default null, p_pool pool default null)
returns table (claim_id bigint, claimed_at_ms double precision, jobs json, resume_after text, more boolean, suspects boolean, expired boolean,
               due_in_ms double precision, seen text, whole boolean, dead boolean, canceled json, unkeyed boolean, from_start boolean,
               pass text, drainers integer, fair integer, aside_id bigint, payload jsonb, payload_key text)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_scope integer;
  v_frontier record;
  v_locked record;
  v_found record;
  v_looked_at timestamptz;
  v_since timestamptz;
  v_place job_position;
begin
  perform set_config('synchronous_commit', 'off', true);
  perform assert_session(p_backend);
  perform unlock_jobs(p_settled);
  if exists (select from pauses) then
    p_names := unpaused(p_names);
  end if;
  v_scope := hashtext(concat(p_names, p_pool));
  select f.* into v_frontier from frontier_of(v_scope, p_fits_ms, p_last_claim) f;
  if cardinality(p_spent) > 0 then
    delete from claims c where c.id = any (p_spent);
  end if;
  v_looked_at := greatest(v_frontier.looked_at, now() - nullif(p_looked_ms_ago, -1) * interval '1 millisecond');
  from_start := p_resume_after is null or p_looked_ms_ago is distinct from -1 and is_look_due(v_scope, v_looked_at, p_looked_ms_ago, v_frontier.may_unthrottle);
  v_place := case when p_resume_after is not null then coalesce(v_frontier.ended_at, p_resume_after::job_position) end; -- a new way isn't led ahead
  pass := case when v_frontier.ended_at is null then p_pass else v_frontier.pass::text end;
  more := false;
  if from_start then
    p_seen := coalesce(p_seen, seen_by_others(v_scope, p_fits_ms)::text);
    more := tick(p_names, seen_until(p_seen), p_pool);
    v_since := seen_until(p_seen); -- anew: a tick may have brought late arrivals
    seen := case when not more then seen_now() end;
    due_in_ms := due_in_ms(v_since, p_pool);
    v_looked_at := now();
  end if;

  v_locked := lock_ready(p_drainer, p_limit, p_names, case when not from_start then v_place end, v_since, p_priorities, p_fits_ms, p_pool, from_start or v_place < p_resume_after::job_position);
  more := more or v_locked.passed is not null or coalesce(v_locked.bytes > p_max_bytes, false) or coalesce(cardinality(v_locked.locked), 0) = p_limit;
  if v_locked.bytes > p_max_bytes then
    v_locked.locked := trim_to_bytes(v_locked.locked, p_max_bytes);
    v_locked.last := (select (j.priority, j.run_at, j.id)::job_position from jobs j where j.id = v_locked.locked[cardinality(v_locked.locked)])::text;
  elsif v_locked.passed is not null then
    v_locked.last := greatest(v_locked.passed::job_position, case when from_start then v_place end)::text;
  end if;
  if from_start and v_locked.last::job_position < coalesce(v_frontier.ended_at, v_place) then
    v_frontier.led_back_at := greatest(now(), v_frontier.led_back_at + interval '1 microsecond'); -- later than that, whatever the clock says
  end if;
  if from_start and (v_locked.last is null or v_locked.last is distinct from v_place::text) then
    pass := seen;
  end if;
  claimed_at_ms := extract(epoch from clock_timestamp()) * 1000;
  v_found := second_look(p_drainer, v_locked.locked, v_locked.features, 'ready', p_max_bytes, p_pool);

  jobs := v_found.jobs;
  dead := v_found.dead;
  drainers := v_found.alive + 1;
  canceled := v_found.canceled;
  resume_after := v_locked.last;
  whole := from_start and v_since is null;
  if v_found.ids is not null or v_locked.passed is not null or whole and not more and others_hold(p_drainer) then
    insert into claims (id, drainer_id, scope, fits_ms, looked_at, led_back_at, ended_at, pass, seen, job_ids, fences)
    values (nextval('claim_ids'), p_drainer, v_scope, p_fits_ms, v_looked_at, v_frontier.led_back_at, v_locked.last::job_position, pass::seen_jobs,
            case when whole and not more then seen::seen_jobs end, coalesce(v_found.ids, '{}'), coalesce(v_found.fences, '{}'))
    returning id into claim_id;
  end if;
  if from_start then
    unkeyed := exists ( -- name by name, as is_work_due does it
      select from unnest(p_names) known (name), lateral (select from jobs j where j.state = 'unkeyed' and j.name = known.name limit 1) j);
    expired := exists (select from jobs j where j.expires_at <= now() and j.fence = 0);
    fair := case when exists (select from jobs j where j.state = 'ready' and j.fair_key is not null) then fair_priority(p_names, p_pool) end;
  end if;
  suspects := exists (select from jobs j where j.state = 'suspect') and suspects_wait(p_drainer, p_names, p_pool);
  return next;
  if v_locked.features & 4 <> 0 and p_max_bytes > 0 then
    return query -- at once: row by row, PL/pgSQL would put together all columns of each
    select null::bigint, null::double precision, null::json, null::text, null::boolean, null::boolean, null::boolean, null::double precision, null::text,
           null::boolean, null::boolean, null::json, null::boolean, null::boolean, null::text, null::integer, null::integer, p.* from payloads_of(v_found.ids) p;
  end if;
end
$$;
