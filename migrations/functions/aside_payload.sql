-- The payload of a job that is not in its row. Null: it is in the app's store.
create or replace function aside_payload(p_day date, p_job bigint) returns jsonb
language plpgsql stable set search_path from current
as $$
begin
  return (select p.payload from payloads p where p.day = p_day and p.job_id = p_job);
end
$$;
