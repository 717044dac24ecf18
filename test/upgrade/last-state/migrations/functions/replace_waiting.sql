-- Gives waiting jobs, whose rows the caller has locked, the payloads and options of new ones. They stay the same jobs, with the time of
-- their enqueue. One that is due keeps its place in the queue if the new one is due, too. One that runs after others still does, and no other.
--   p_jobs, p_ids  place n: a new job, and the waiting job that becomes like it
create or replace function replace_waiting(p_jobs new_job[], p_ids bigint[], p_carrier jsonb) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_lines text[] := lines_of(p_ids);
begin
  perform forget_payloads(p_ids);
  insert into payloads (day, job_id, payload, store_key)
  select n.payload_day, n.unnest, n.payload, n.payload_key from unnest(p_jobs, p_ids) n where n.payload_day is not null;

  update jobs j set
    payload = case when n.payload_day is null then n.payload end, payload_day = n.payload_day, queue = n.queue, is_counted = n.is_counted, priority = n.priority,
    run_at = case n.state when 'scheduled' then least(n.run_at, latest_run_at(j.enqueued_at, n.unique_rule))
                          else case j.state when 'scheduled' then n.run_at else least(j.run_at, n.run_at) end end,
    max_attempts = n.max_attempts, timeout_ms = n.timeout_ms, concurrency_key = n.concurrency_key, concurrency_limit = n.concurrency_limit, holds_key = n.holds_key,
    further_keys = n.further_keys, further_limits = n.further_limits,
    features = features_of(n.concurrency_key, j.has_progress, n.payload_day, n.rate_key, j.waiting_key, j.is_awaited, j.has_dependents, n.further_keys, n.holds_key),
    rate_key = n.rate_key, rate = n.rate, fair_key = n.fair_key, fair_weight = n.fair_weight,
    tags = n.tags, metadata = n.metadata, carrier = p_carrier, large_bytes = n.large_bytes, expires_at = n.expires_at,
    state = case when j.state = 'waiting' then 'waiting' when n.state = 'waiting' then 'scheduled' else n.state end
  from unnest(p_jobs, p_ids) n
  where j.id = n.unnest;
  if exists (select from further_keys) or exists (select from unnest(p_jobs) n where n.further_keys is not null) then
    perform note_further_keys(p_ids);
  end if;
  if v_lines <> '{}' then
    perform let_next(v_lines);
  end if;
end
$$;
