-- Whether a job is one of those that a filter means, apart from its state: see find_jobs. Inlined by the planner.
create or replace function is_matching(p_filter jsonb, p_name text, p_queue text, p_tags text[], p_metadata jsonb, p_unique_key text,
                                       p_concurrency_key text, p_further_keys text[], p_enqueued_at timestamptz, p_batch_id bigint) returns boolean
language sql stable
return (p_filter->>'name' is null or p_name = p_filter->>'name')
  and (p_filter->>'queue' is null or p_queue = p_filter->>'queue')
  and (p_filter->>'tag' is null or coalesce(p_filter->>'tag' = any (p_tags), false))
  and (p_filter->'metadata' is null or coalesce(p_metadata @> (p_filter->'metadata'), false))
  and (p_filter->>'uniqueKey' is null or coalesce(p_unique_key = p_filter->>'uniqueKey', false))
  and (p_filter->>'concurrencyKey' is null or coalesce(p_filter->>'concurrencyKey' = any (p_concurrency_key || p_further_keys), false))
  and (p_filter->>'batch' is null or coalesce(p_batch_id = (p_filter->>'batch')::bigint, false))
  and (p_filter->>'enqueuedBefore' is null or p_enqueued_at < (p_filter->>'enqueuedBefore')::timestamptz)
  and (p_filter->>'enqueuedAfter' is null or p_enqueued_at >= (p_filter->>'enqueuedAfter')::timestamptz);
