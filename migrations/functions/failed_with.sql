-- Whether an execution of a job has failed with a class of errors. The times in which that can be spare the other days.
create or replace function failed_with(p_job bigint, p_class text, p_since timestamptz, p_until timestamptz) returns boolean
language plpgsql stable set search_path from current
as $$
begin
  return exists (select from failures e where e.job_id = p_job and e.error_class = p_class and e.ended_at >= p_since and e.ended_at <= p_until);
end
$$;
