-- The payload of a job that has none in its row. A function, because a statement that reads `payloads` locks all of its partitions,
-- which takes longer than the whole claim of a few usual jobs.
create or replace function payload_aside(p_day date, p_id bigint) returns jsonb
language plpgsql stable set search_path from current
set enable_seqscan = off
as $$
begin
  return (select p.payload from payloads p where p.day = p_day and p.job_id = p_id);
end
$$;
