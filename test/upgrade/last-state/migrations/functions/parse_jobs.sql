-- Turns the objects of store_jobs into runs. What a call by name left open is as the registered definition says, else as
-- p_by_name says. A job one of whose keys only the definition's code can compute is stored without it.
--   p_batch  the batch that they are added to; null: none
create or replace function parse_jobs(p_jobs jsonb, p_by_name jsonb, p_batch bigint default null) returns job_run[]
language sql stable set search_path from current
as $$
  select array_agg(row(
      coalesce(j.at, 0), j.name, kept.queue, coalesce(j.priority, d.priority, (p_by_name->>'priority')::integer, 0), due.at,
      j.max_attempts, j.timeout_ms, kept.concurrency_key,
      case when line.holds_key is not null then 1
           when kept.concurrency_key is not null or d.computes_key then coalesce(j.concurrency_limit, d.concurrency_limit, 1) end,
      line.holds_key,
      coalesce(j.rate_key, case when d.rate_key = 'queue:' then d.rate_key || kept.queue else d.rate_key end,
               case when (j.rate).starts is not null and d.computes_rate_key is not true then 'name:' || j.name end),
      coalesce(j.rate, d.rate, case when j.rate_key is not null then missing_rate(j.at) end),
      j.tags, j.metadata,
      case when j.after is not null then 'waiting'
           when due.at > now() then 'scheduled'
           when kept.queue = any (array(select p.target from pauses p where p.kind = 'queue' and lasts(p))) then 'paused'
           when d.computes_key and kept.concurrency_key is null or d.computes_rate_key and j.rate_key is null
                or array_position(kept.further_keys, null) is not null then 'unkeyed'
           else 'ready' end,
      j.payloads, j.payload_keys, j.unique_keys, j.idempotency_keys,
      case when j."unique" is not null or d.unique_rule is not null then
        unique_rule_of(d.unique_rule, j."unique", j.payload_keys is not null and j.unique_keys is null)
        || case when j.only_queues is null then '{}' else jsonb_build_object('only_queues', j.only_queues) end end,
      coalesce(j.expires_at, due.at + coalesce(j.expires_in_ms, d.expires_in_ms, (p_by_name->>'expires_in_ms')::bigint) * interval '1 millisecond'),
      kept.further_keys, coalesce(j.further_limits, d.further_limits),
      kept.fair_key, case when kept.fair_key is not null then coalesce(j.fair_weight, d.fair_weight) end,
      (select true from waiting_limits w where w.kind = 'queue' and w.target = kept.queue), p_batch,
      j.after, j.on_parent_failure, j.is_parent)::job_run)
  from jsonb_to_recordset(p_jobs) j (
    at integer, name text, by_name boolean, queue text, priority integer, run_at timestamptz, delay_ms bigint,
    max_attempts smallint, timeout_ms integer, concurrency_key text, concurrency_limit integer, concurrency_order text, on_retry text, rate_key text, rate rate_limit, tags text[],
    metadata jsonb, payloads jsonb, payload_keys jsonb, unique_keys jsonb, idempotency_keys jsonb, "unique" jsonb,
    expires_at timestamptz, expires_in_ms bigint, further_keys text[], further_limits integer[],
    fair_key text, fair_weight smallint, after jsonb, on_parent_failure text, is_parent boolean, only_queues jsonb)
  left join lateral (select d.* from definitions d where j.by_name and d.name = j.name limit 1) d on true
  cross join lateral (
    select coalesce(j.run_at, now() + coalesce(j.delay_ms, d.delay_ms, 0) * interval '1 millisecond') as at) due
  cross join lateral (
    select q.queue, coalesce(j.concurrency_key, key_in_queue(d.concurrency_key, q.queue)) as concurrency_key,
           coalesce(j.further_keys, keys_in_queue(d.further_keys, q.queue)) as further_keys, coalesce(j.fair_key, d.fair_key) as fair_key
    from (select coalesce(j.queue, d.queue, p_by_name->>'queue', 'default') as queue) q) kept
  cross join lateral (
    select case when num_nonnulls(j.concurrency_order, j.on_retry, d.holds_key) > 0 then
      order_of(coalesce(j.at, 0), j.concurrency_order, j.on_retry, j.concurrency_limit, kept.concurrency_key is not null or d.computes_key, d.holds_key) end as holds_key) line
$$;
