-- A list of jobs that comes by SQL, as store_jobs takes it.
create or replace function runs_of(p_jobs jsonb) returns jsonb
language sql stable set search_path from current
as $$
  select coalesce(jsonb_agg(run_of(job->>'name', coalesce(job->'payload', '{}'), coalesce(job->'options', '{}'))
      || jsonb_build_object('at', place - 1) order by place), '[]')
  from jsonb_array_elements(p_jobs) with ordinality j (job, place)
$$;
