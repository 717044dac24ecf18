-- Holds the unique keys of jobs that are being stored for the period that their rule gives, in the order of the keys, so that two
-- calls with the same keys wait for each other and don't deadlock. Of the jobs that come together, the first with a key counts.
-- Returns those whose key is held, and by which job.
create or replace function hold_unique_periods(p_jobs new_job[]) returns table (new_id bigint, job_id bigint)
language plpgsql volatile set search_path from current set plan_cache_mode = force_generic_plan
as $$
declare
  v_held bigint[];
begin
  with held as (
    insert into unique_periods as p (name, key, job_id, until_at)
    select distinct on (j.name, u.key) j.name, u.key, j.id, now() + (j.unique_rule->>'for_ms')::bigint * interval '1 millisecond'
    from unnest(p_jobs) j, lateral (select coalesce(j.unique_key, j.waiting_key) as key) u
    where j.unique_rule ? 'for_ms' and u.key is not null
    order by j.name, u.key, j.index
    on conflict (name, key) do update set job_id = excluded.job_id, until_at = excluded.until_at
      where p.until_at <= now()
    returning p.job_id
  )
  select coalesce(array_agg(h.job_id), '{}') into v_held from held h;
  return query
  select j.id, there.job_id
  from unnest(p_jobs) j, lateral (
    select p.job_id from unique_periods p where p.name = j.name and p.key = coalesce(j.unique_key, j.waiting_key) limit 1) there
  where j.unique_rule ? 'for_ms' and j.id not in (select unnest(v_held));
end
$$;
