-- Refuses a list of which a job may not be stored.
create or replace function assert_job_list(p_jobs jsonb) returns void
language plpgsql stable set search_path from current
as $$
declare
  c_known constant text[] := array['name', 'payload', 'options'];
  v_job jsonb;
  v_place integer := 0;
  v_unknown text;
begin
  if jsonb_typeof(p_jobs) <> 'array' then
    perform refuse(format('jobs is %s: give a JSON list of jobs', left(p_jobs::text, 100)));
  end if;
  for v_job in select job from jsonb_array_elements(p_jobs) with ordinality j (job, place) order by place loop
    if jsonb_typeof(v_job) <> 'object' then
      perform refuse(format('jobs[%s] is %s: give an object with name, payload and options', v_place, left(v_job::text, 100)));
    end if;
    v_unknown := (select key from jsonb_object_keys(v_job) key where not key = any (c_known) limit 1);
    if v_unknown is not null then
      perform refuse(format('jobs[%s].%s is unknown: give name, payload and options', v_place, left(v_unknown, 100)));
    elsif jsonb_typeof(v_job->'name') <> 'string' then
      perform refuse(format('jobs[%s]: name is %s: give text', v_place, left((v_job->'name')::text, 100)));
    end if;
    perform assert_job(v_job->>'name', coalesce(v_job->'payload', '{}'), coalesce(v_job->'options', '{}'), format('jobs[%s]: ', v_place));
    v_place := v_place + 1;
  end loop;
end
$$;
