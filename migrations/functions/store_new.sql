-- Stores jobs without unique keys, which no other can be in the way of: `on conflict` would write each of them twice to the WAL.
create or replace function store_new(p_jobs new_job[], p_carrier jsonb) returns void
language plpgsql volatile set search_path from current set plan_cache_mode = force_generic_plan
as $$
declare
  v_are_aside boolean; -- whether there are large payloads
  v_several bigint[];  -- those with several limits
begin
  with stored as (
    insert into jobs (id, name, payload, payload_day, queue, priority, run_at, max_attempts, timeout_ms,
                      concurrency_key, concurrency_limit, holds_key, further_keys, further_limits, is_counted, rate_key, rate, fair_key, fair_weight, batch_id, has_dependents, tags, metadata, carrier,
                      large_bytes, expires_at, features, state)
    select n.id, n.name, case when n.payload_day is null then n.payload end, n.payload_day, n.queue, n.priority, n.run_at,
           n.max_attempts, n.timeout_ms, n.concurrency_key, n.concurrency_limit, n.holds_key, n.further_keys, n.further_limits, n.is_counted, n.rate_key, n.rate, n.fair_key, n.fair_weight, n.batch_id, n.is_parent, n.tags, n.metadata, p_carrier,
           n.large_bytes, n.expires_at, features_in(n), n.state
    from unnest(p_jobs) n
    returning id, payload_day, further_keys
  )
  select bool_or(s.payload_day is not null), array_agg(s.id) filter (where s.further_keys is not null) into v_are_aside, v_several from stored s;
  if v_are_aside then
    insert into payloads (day, job_id, payload, store_key)
    select n.payload_day, n.id, n.payload, n.payload_key from unnest(p_jobs) n where n.payload_day is not null;
  end if;
  if v_several is not null then
    perform note_further_keys(v_several);
  end if;
end
$$;
