-- What earlier executions of a job have saved. A step without a result has no value, which is not the value null.
create or replace function progress_of(p_job bigint) returns table (kind text, name text, value text, remaining_ms double precision)
language sql stable set search_path from current
as $$
  select p.kind, p.name, p.value::text, extract(epoch from p.until_at - now())::double precision * 1000
  from progress p where p.job_id = p_job
$$;
