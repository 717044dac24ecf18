-- Moves payloads of a day to p_today, whose jobs are not finished: a set of them, without jobs that somebody has locked. Returns
-- whether there were some. The job's id and its place in the queue stay; a claim finds the payload under either day.
create or replace function carry_payloads(p_day date, p_today date) returns boolean
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  c_set constant integer := 200;
  v_ids bigint[] := array(
    select j.id from jobs j where j.payload_day = p_day and j.id between
      (select min(p.job_id) from payloads p where p.day = p_day) and (select max(p.job_id) from payloads p where p.day = p_day)
    order by j.id limit c_set for update skip locked);
begin
  insert into payloads (day, job_id, payload, store_key)
  select p_today, p.job_id, p.payload, p.store_key from unnest(v_ids) carried (id), payloads p where p.day = p_day and p.job_id = carried.id;
  update jobs j set payload_day = p_today from unnest(v_ids) carried (id) where j.id = carried.id;
  return v_ids <> '{}';
end
$$;
