-- Jobs that are due and were enqueued by name alone, and whose concurrency keys the caller can compute: the most urgent of them.
-- Takes no lock: two drainers may compute the same keys, see set_keys. A job whose payload goes elsewhere at this moment is left to the next call.
--   p_names      the job names that it performs
--   p_limit      how many jobs at most
--   p_max_bytes  how much it may return of them: beyond it only the first job
--   returns      a list of id, name, payload, the key of a payload that is in the app's store, and the version that set_keys asks for; the
--                payload of a job that no claim could return is null
create or replace function read_unkeyed(p_names text[], p_limit integer, p_max_bytes bigint) returns json
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days of their payloads, and not for all of them
as $$
declare
  v_ids bigint[];
  v_days date[];
begin
  with next as materialized (
    select j.* from unnest(p_names) known (name), lateral (
      select j.id, j.name, j.priority, j.run_at, case when j.large_bytes <= max_inline_bytes() then j.large_bytes else 0 end as bytes
      from jobs j where j.state = 'unkeyed' and j.name = known.name
      order by j.priority, j.run_at, j.id limit p_limit) j
    order by j.priority, j.run_at, j.id limit p_limit
  ), summed as materialized (
    select n.id, row_number() over (order by n.priority, n.run_at, n.id) as place, sum(n.bytes) over (order by n.priority, n.run_at, n.id) as bytes
    from next n
  )
  select array_agg(j.id order by s.place), array_agg(distinct j.payload_day) into v_ids, v_days
  from summed s join jobs j on j.id = s.id
  where s.place = 1 or s.bytes <= p_max_bytes or s.bytes is null;
  return (
  select coalesce(json_agg(json_build_array(j.id, j.name, case when j.large_bytes > max_inline_bytes() then null
    else coalesce(j.payload, p.payload) end, p.store_key, j.xmin::text) order by given.place), '[]')
  from unnest(v_ids) with ordinality given (id, place), lateral (select j.id, j.name, j.payload, j.payload_day, j.large_bytes, j.xmin from jobs j where j.id = given.id limit 1) j
  left join payloads p on p.day = any (v_days || date '-infinity') and p.day = j.payload_day and p.job_id = j.id
  where j.payload_day is null or j.payload_day = any (v_days)); -- of one that was carried to another day meanwhile the payload isn't read
end
$$;
