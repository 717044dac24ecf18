-- The payloads, of some claimed jobs, that are not in their rows, or the keys under which they are in the app's store. As rows and
-- not in the JSON of a claim: there a large text would be copied about twenty times before it is sent. One that is larger than any
-- enqueue stores is left out: its job is discarded (see max_inline_bytes). Day by day, so that each read looks at one partition. One that
-- maintenance has carried to another day since its day was read, and dropped where it was, is looked for anew in one statement, which locks
-- the partitions before it looks.
create or replace function payloads_of(p_ids bigint[]) returns table (aside_id bigint, payload jsonb, payload_key text)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_custom_plan
as $$
declare
  v_day date;
  v_ids bigint[];
  v_found bigint;
begin
  for v_day, v_ids in
    select j.payload_day, array_agg(j.id) from jobs j
    where j.id = any (p_ids) and j.payload_day is not null and coalesce(j.large_bytes, 0) <= max_inline_bytes()
    group by j.payload_day
  loop
    return query select p.job_id, p.payload, p.store_key from payloads p where p.day = v_day and p.job_id = any (v_ids);
    get diagnostics v_found = row_count;
    if v_found < cardinality(v_ids) then
      return query
      select j.id, p.payload, p.store_key
      from unnest(v_ids) claimed (id),
        lateral (select j.id, j.payload_day from jobs j where j.id = claimed.id limit 1) j,
        lateral (select p.payload, p.store_key from payloads p where p.day = j.payload_day and p.job_id = j.id limit 1) p;
    end if;
  end loop;
end
$$;
