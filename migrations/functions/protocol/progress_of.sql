-- What earlier executions of a job have saved.
--   p_job         the job
--   value         of a step its result, of a cursor its position; a step without a result has no value, which isn't the value null;
--                 a gathering has none here, see gathered
--   remaining_ms  of a sleep: until its end
--   ended_at_ms   when a sleep ends; of others: when it was saved, since 1970
create or replace function progress_of(p_job bigint) returns table (kind text, name text, value text, remaining_ms double precision, ended_at_ms double precision)
language sql stable set search_path from current
as $$
  select p.kind, p.name, case when p.kind <> 'gathering' then p.value::text end, extract(epoch from p.until_at - now())::double precision * 1000,
         extract(epoch from case p.kind when 'sleep' then p.until_at else p.saved_at end)::double precision * 1000
  from progress p where p.job_id = p_job and p.kind <> 'report'
$$;
