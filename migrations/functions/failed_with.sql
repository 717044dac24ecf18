-- Whether an execution of a job has failed with a class of errors. The times in which that can be spare the other days.
--   p_enqueued_at  when the job was enqueued
--   p_finished_at  when it finished
create or replace function failed_with(p_job bigint, p_class text, p_enqueued_at timestamptz, p_finished_at timestamptz) returns boolean
language plpgsql stable set search_path from current
as $$
declare
  v_since timestamptz := ended_since(p_enqueued_at);
  v_until timestamptz := p_finished_at + interval '1 hour'; -- for the same reason
begin
  return exists (select from failures e where e.job_id = p_job and e.error_class = p_class and e.ended_at >= v_since and e.ended_at <= v_until);
end
$$;
