-- Stores jobs whose unique keys are free. Returns for each of the others the job that has its key, and what became of that. If one of
-- them has a rule that rejects it, that is an error and nothing is stored.
create or replace function store_unique(p_jobs new_job[], p_carrier jsonb) returns table (new_id bigint, job_id bigint, status text)
language plpgsql volatile set search_path from current set plan_cache_mode = force_generic_plan
as $$
declare
  v_held bigint[]; -- jobs whose keys are held for a period, and by which
  v_holders bigint[];
  v_free new_job[] := p_jobs;
  v_new bigint[];
  v_there bigint[];
  v_statuses text[];
  v_rejected record;
begin
  if not exists (select from unnest(p_jobs) j where num_nonnulls(j.unique_rule, j.unique_key) > 0) then
    perform store_new(p_jobs, p_carrier);
    return;
  end if;
  if not exists (select from unnest(p_jobs) j where j.unique_rule is not null) then
    return query select s.new_id, s.job_id, 'deduplicated' from store_unless_there(p_jobs, p_carrier) s;
    return;
  end if;

  select array_agg(h.new_id), array_agg(h.job_id) into v_held, v_holders from hold_unique_periods(p_jobs) h;
  if v_held is not null then
    v_free := array(select j from unnest(p_jobs) j where j.id not in (select unnest(v_held)));
  end if;
  select array_agg(s.new_id), array_agg(s.job_id), array_agg(s.status) into v_new, v_there, v_statuses
  from store_waiting(array(select j from unnest(v_free) j where j.waiting_key is not null), p_carrier) s;
  select v_new || array_agg(s.new_id), v_there || array_agg(s.job_id), v_statuses || array_agg('deduplicated'::text) into v_new, v_there, v_statuses
  from store_unless_there(array(select j from unnest(v_free) j where j.waiting_key is null), p_carrier) s;
  -- the period of a job that was not stored is that of the one which is there
  update unique_periods p set job_id = there.job_id, until_at = now()
  from unnest(v_new, v_there) there (new_id, job_id) join unnest(v_free) f on f.id = there.new_id
  where f.unique_rule ? 'for_ms' and p.name = f.name and p.key = coalesce(f.unique_key, f.waiting_key);

  select v_new || array_agg(h.new_id), v_there || array_agg(coalesce(there.job_id, h.job_id)), v_statuses || array_agg('deduplicated'::text)
  into v_new, v_there, v_statuses
  from unnest(v_held, v_holders) h (new_id, job_id) left join unnest(v_new, v_there) there (new_id, job_id) on there.new_id = h.job_id;
  select j.name, j.index, coalesce(j.unique_key, j.waiting_key) as key,
         case when there.job_id not in (select p.id from unnest(p_jobs) p) then there.job_id end as job_id into v_rejected
  from unnest(v_new, v_there) there (new_id, job_id) join unnest(p_jobs) j on j.id = there.new_id
  where j.unique_rule->>'on_conflict' = 'reject' order by j.index limit 1;
  if found then
    raise exception using errcode = 'SL008', detail = json_build_object('jobId', v_rejected.job_id::text, 'at', v_rejected.index),
      message = format('The unique key "%s" of the job "%s" is taken by %s', v_rejected.key, v_rejected.name,
                       coalesce('the job with the id ' || v_rejected.job_id, 'another job of this call'));
  end if;
  return query select * from unnest(v_new, v_there, v_statuses);
end
$$;
