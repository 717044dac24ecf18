-- Stores jobs of which some have keys. For one whose unique or idempotency key is taken it returns the job that is there, and what
-- became of it. First all idempotency keys, then all periods, then the keys of waiting jobs, then those of unfinished ones, each in
-- their order, so that two calls with the same keys wait for each other and don't deadlock.
create or replace function store_keyed_jobs(p_runs job_run[], p_carrier jsonb)
returns table (job_ids bigint[], job_states text[], statuses text[])
language plpgsql volatile set search_path from current set plan_cache_mode = force_generic_plan
as $$
declare
  v_jobs new_job[] := number_jobs(p_runs);
  v_first new_job[] := v_jobs;
  v_new bigint[];
  v_there bigint[];
  v_statuses text[];
  v_longest interval := interval '25 hours' + coalesce((select max((r.unique_rule->>'for_ms')::bigint) from unnest(p_runs) r), 0) * interval '1 millisecond';
begin
  if exists (select from unnest(p_runs) r where r.idempotency_keys is not null) then
    v_first := remember_idempotency_keys(v_jobs);
  end if;
  select array_agg(s.new_id), array_agg(s.job_id), array_agg(s.status) into v_new, v_there, v_statuses from store_unique(v_first, p_carrier) s;
  if v_new is null and cardinality(v_first) = cardinality(v_jobs) then
    select array_agg(j.id), array_agg(public_state(j.state)) into job_ids, job_states from unnest(v_jobs) j;
    return next;
    return;
  end if;

  update idempotency_keys k set job_id = there.job_id
  from unnest(v_new, v_there) there (new_id, job_id) join unnest(v_first) f on f.id = there.new_id
  where k.name = f.name and k.key = f.idempotency_key;
  -- only now is it known what became of the first job of this very batch with the same key
  return query
  with answers as materialized (
    select j.index, j.id as new_id, j.state, coalesce(there.job_id, k.job_id, j.id) as id, there.status
    from unnest(v_jobs) j
    left join unnest(v_new, v_there, v_statuses) there (new_id, job_id, status) on there.new_id = j.id
    left join idempotency_keys k on there.new_id is null and k.name = j.name and k.key = j.idempotency_key
  ), states as materialized (
    -- a job that is finished is there because of a key that counts for a period since its enqueue
    select s.job_id, s.state from states_of(array(select distinct a.id from answers a
      where a.id <> a.new_id or a.id in (select unnest(v_there))), now() - v_longest) s
  )
  select array_agg(a.id order by a.index),
         array_agg(case when a.id = a.new_id then coalesce(s.state, public_state(a.state)) else coalesce(s.state, 'succeeded') end order by a.index),
         array_agg(coalesce(a.status, case when a.id = a.new_id then 'enqueued' else 'deduplicated' end) order by a.index)
  from answers a left join states s on s.job_id = a.id;
end
$$;
