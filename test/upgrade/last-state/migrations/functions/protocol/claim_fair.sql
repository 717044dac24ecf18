-- Claims jobs that take turns (see lock_fair); the drainer decides when.
--   p_drainer         the drainer
--   p_backend         the backend that its session began on
--   p_limit           how many jobs at most
--   p_names           the job names that it performs
--   p_settled         jobs of earlier claims whose outcome is committed: unlocked first
--   p_spent           claims of which every job is settled
--   p_fits_ms         jobs with a longer timeout of their own are left. Null: none is too long
--   p_max_bytes       how much it may return of them, as in claim
--   p_most_looked_at  how many jobs of a priority it looks at
--   p_from_start      whether it looks at the jobs that earlier claims have passed
--   p_pool            the queues whose jobs it performs; null: all
--   returns           as claim: claim_id, claimed_at_ms, jobs, more, dead, canceled; then aside_id, payload, payload_key;
--                     turns: the ids of the jobs in the order of their turns, as JSON
create or replace function claim_fair(p_drainer integer, p_backend integer, p_limit integer, p_names text[], p_settled bigint[], p_spent bigint[],
                           p_fits_ms bigint default null, p_max_bytes bigint default 4194304, p_most_looked_at integer default 1000,
                           p_from_start boolean default true, p_pool pool default null)
returns table (claim_id bigint, claimed_at_ms double precision, jobs json, turns json, more boolean, dead boolean, canceled json,
               aside_id bigint, payload jsonb, payload_key text)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_names text[] := unpaused(p_names);
  v_scope integer := hashtext(concat('fair:', v_names, p_pool));
  v_locked record;
  v_found record;
begin
  perform set_config('synchronous_commit', 'off', true);
  perform assert_session(p_backend);
  perform unlock_jobs(p_settled);
  v_locked := lock_fair(p_drainer, v_scope, p_limit, v_names, p_fits_ms, p_most_looked_at, p_from_start, p_pool);
  delete from claims c where c.id = any (p_spent); -- later than in claim: their marks may be the newest
  if v_locked.bytes > p_max_bytes then
    v_locked.locked := trim_to_bytes(v_locked.locked, p_max_bytes);
    v_locked.marks := marks_of(v_locked.locked);
    v_locked.more := true;
  end if;
  claimed_at_ms := extract(epoch from clock_timestamp()) * 1000;
  v_found := second_look(p_drainer, nullif(v_locked.locked, '{}'), v_locked.features, 'ready', p_max_bytes, p_pool);

  jobs := v_found.jobs;
  turns := to_json(v_locked.locked::text[]);
  dead := v_found.dead;
  canceled := v_found.canceled;
  more := v_locked.more;
  if v_found.ids is not null or v_locked.marks <> '{}' then
    insert into claims (id, drainer_id, scope, fits_ms, marks, job_ids, fences)
    values (nextval('claim_ids'), p_drainer, v_scope, p_fits_ms, v_locked.marks, coalesce(v_found.ids, '{}'), coalesce(v_found.fences, '{}'))
    returning id into claim_id;
  end if;
  return next;
  if v_locked.features & 4 <> 0 and p_max_bytes > 0 then
    jobs := null;
    for aside_id, payload, payload_key in select p.* from payloads_of(v_found.ids) p loop
      return next;
    end loop;
  end if;
end
$$;
