-- What changes of a job while somebody watches it, without payload, result and errors, as JSON.
--   p_id     the job
--   returns  null for an id that is unknown or whose history has been dropped
create or replace function get_job_status(p_id bigint) returns json
language plpgsql stable set search_path from current
set enable_seqscan = off set jit = off
as $$
declare
  v_job record;
begin
  select j.name, j.attempts, null::timestamptz as finished_at, (select s.state from states_of(array[j.id], 'infinity') s) as state into v_job
  from jobs j where j.id = p_id;
  if not found then
    select f.name, f.attempts, f.finished_at, f.state into v_job from find_finished(p_id) f where f.id is not null;
  end if;
  return case when found then json_build_object(
    'id', p_id::text, 'name', v_job.name, 'state', v_job.state, 'attempts', v_job.attempts, 'finishedAt', v_job.finished_at,
    'progress', (select json_build_object('percent', p.value->'percent', 'text', p.value->'text', 'at', p.saved_at)
      from progress p where p.job_id = p_id and p.kind = 'report' and p.name = '')) end;
end
$$;
