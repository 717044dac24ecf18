-- Whether a job is one of those that a filter means, apart from its state: see find_jobs. Inlined by the planner, which asks last what
-- costs most. A job that can't have failed isn't asked for the errors of its executions.
create or replace function is_matching(p_filter jsonb, p_name text, p_queue text, p_tags text[], p_metadata jsonb, p_unique_key text,
                                       p_concurrency_key text, p_further_keys text[], p_enqueued_at timestamptz, p_batch_id bigint,
                                       p_finished_at timestamptz, p_id bigint, p_payload jsonb, p_payload_day date, p_may_have_failed boolean) returns boolean
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
  and (p_filter->'input' is null or coalesce(
        coalesce(case when p_payload_day is null then p_payload else aside_payload(p_payload_day, p_id) end #>> (p_filter->'input'->>'path')::text[],
                 jsonb_typeof(case when p_payload_day is null then p_payload else aside_payload(p_payload_day, p_id) end #> (p_filter->'input'->>'path')::text[]))
        = p_filter->'input'->>'value', false))
  and (p_filter->>'errorClass' is null or (p_may_have_failed
        and failed_with(p_id, p_filter->>'errorClass', p_enqueued_at, coalesce(p_finished_at, 'infinity'))));
