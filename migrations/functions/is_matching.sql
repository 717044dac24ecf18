-- Whether a job is one of those that a filter means, apart from its state: see find_jobs. Inlined by the planner, which asks last what
-- costs most.
create or replace function is_matching(p_filter jsonb, p_name text, p_queue text, p_tags text[], p_metadata jsonb, p_unique_key text,
                                       p_concurrency_key text, p_further_keys text[], p_enqueued_at timestamptz, p_batch_id bigint,
                                       p_finished_at timestamptz, p_id bigint, p_payload jsonb, p_payload_day date) returns boolean
language sql stable
return (p_filter->'name' is null or p_filter->'name' ? p_name)
  and (p_filter->'queue' is null or p_filter->'queue' ? p_queue)
  and (p_filter->>'tag' is null or coalesce(p_filter->>'tag' = any (p_tags), false))
  and (p_filter->'metadata' is null or coalesce(p_metadata @> (p_filter->'metadata'), false))
  and (p_filter->>'uniqueKey' is null or coalesce(p_unique_key = p_filter->>'uniqueKey', false))
  and (p_filter->>'concurrencyKey' is null or coalesce(p_filter->>'concurrencyKey' = any (p_concurrency_key || p_further_keys), false))
  and (p_filter->>'key' is null or coalesce(p_filter->>'key' = any (p_unique_key || (p_concurrency_key || p_further_keys)), false))
  and (p_filter->>'batch' is null or coalesce(p_batch_id = (p_filter->>'batch')::bigint, false))
  and (p_filter->>'enqueuedBefore' is null or p_enqueued_at < (p_filter->>'enqueuedBefore')::timestamptz)
  and (p_filter->>'enqueuedAfter' is null or p_enqueued_at >= (p_filter->>'enqueuedAfter')::timestamptz)
  and (p_filter->>'until' is null or coalesce(p_finished_at, p_enqueued_at) < (p_filter->>'until')::timestamptz)
  and (p_filter->>'since' is null or coalesce(p_finished_at, p_enqueued_at) >= (p_filter->>'since')::timestamptz)
  and (not p_filter ?| array['errorClass', 'input'] or has_details(p_filter, p_id, p_payload, p_payload_day));
