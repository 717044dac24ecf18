-- Notes the idempotency keys of jobs that are being stored, in the order of the keys, so that two calls with the same keys wait
-- for each other and don't deadlock. A key of the last 24 hours stays with the job that came first with it. Of the jobs that
-- come together, the first with a key counts. Returns the jobs that are to be stored.
create or replace function remember_idempotency_keys(p_jobs new_job[]) returns new_job[]
language plpgsql volatile set search_path from current set plan_cache_mode = force_generic_plan
as $$
declare
  v_first bigint[];
begin
  with remembered as (
    insert into idempotency_keys as k (name, key, job_id)
    select distinct on (j.name, j.idempotency_key) j.name, j.idempotency_key, j.id
    from unnest(p_jobs) j where j.idempotency_key is not null
    order by j.name, j.idempotency_key, j.index
    on conflict (name, key) do update set job_id = excluded.job_id, created_at = now()
      where k.created_at < now() - interval '24 hours'
    returning job_id
  )
  select coalesce(array_agg(r.job_id), '{}') into v_first from remembered r;
  if cardinality(v_first) = cardinality(p_jobs) then
    return p_jobs;
  end if;
  return array(select j from unnest(p_jobs) j where j.idempotency_key is null or j.id in (select unnest(v_first)));
end
$$;
