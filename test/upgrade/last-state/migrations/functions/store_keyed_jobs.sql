-- Stores jobs with a unique or an idempotency key, or returns the jobs that are there. First all idempotency keys, then all unique
-- keys, each in their order, so that two calls with the same keys wait for each other and don't deadlock.
create or replace function store_keyed_jobs(p_jobs new_job[], p_carrier jsonb)
returns table (job_index integer, job_id bigint, job_state text, deduplicated boolean)
language plpgsql volatile set search_path from current
as $$
declare
  v_first new_job[];
  v_new bigint[];
  v_there bigint[];
begin
  perform remember_idempotency_keys(p_jobs);
  v_first := array(
    select j from unnest(p_jobs) j where j.idempotency_key is null
      or j.id = (select k.job_id from idempotency_keys k where k.name = j.name and k.key = j.idempotency_key));

  select array_agg(s.new_id), array_agg(s.job_id) into v_new, v_there from store_unless_there(v_first, p_carrier) s;
  update idempotency_keys k set job_id = there.job_id
  from unnest(v_new, v_there) there (new_id, job_id) join unnest(v_first) f on f.id = there.new_id
  where there.job_id <> there.new_id and k.name = f.name and k.key = f.idempotency_key;

  -- only now is it known what became of the first job of this very batch with the same key
  return query
  with answers as materialized (
    select j.index, j.id as new_id, j.state, coalesce(there.job_id, k.job_id) as id
    from unnest(p_jobs) j
    left join unnest(v_new, v_there) there (new_id, job_id) on there.new_id = j.id
    left join idempotency_keys k on there.new_id is null and k.name = j.name and k.key = j.idempotency_key
  ), states as materialized (
    select s.* from states_of(array(select distinct a.id from answers a where a.id <> a.new_id)) s
  )
  select a.index, a.id, case when a.id = a.new_id then public_state(a.state) else (select s.state from states s where s.job_id = a.id limit 1) end,
         a.id <> a.new_id
  from answers a;
end
$$;
