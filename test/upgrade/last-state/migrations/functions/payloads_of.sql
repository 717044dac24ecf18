-- The payloads, of some claimed jobs, that are not in their rows, or the keys under which they are in the app's store. As rows and
-- not in the JSON of a claim: there a large text would be copied about twenty times before it is sent. One that is larger than any
-- enqueue stores is left out: its job is discarded (see max_inline_bytes).
create or replace function payloads_of(p_ids bigint[]) returns table (aside_id bigint, payload jsonb, payload_key text)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $$
begin
  return query
  select j.id, p.payload, p.store_key
  from unnest(p_ids) claimed (id),
    lateral (select j.id, j.payload_day, j.large_bytes from jobs j where j.id = claimed.id limit 1) j,
    lateral (select p.payload, p.store_key from payloads p where p.day = j.payload_day and p.job_id = j.id limit 1) p
  where j.payload_day is not null and coalesce(j.large_bytes, 0) <= max_inline_bytes();
end
$$;
