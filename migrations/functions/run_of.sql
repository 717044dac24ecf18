-- A job that comes by SQL, as store_jobs takes it.
create or replace function run_of(p_name text, p_payload jsonb, p_options jsonb) returns jsonb
language sql stable set search_path from current
as $$
  select json_strip_nulls(json_build_object(
    'name', p_name,
    'by_name', true,
    'queue', p_options->'queue',
    'priority', (p_options->>'priority')::numeric::integer, -- 1.0 is whole too
    'run_at', instant_of(p_options->'runAt'),
    'delay_ms', duration_ms(p_options->'delay'),
    'expires_at', instant_of(p_options->'expiresAt'),
    'expires_in_ms', duration_ms(p_options->'expiresIn'),
    'max_attempts', (p_options->>'maxAttempts')::numeric::integer,
    'timeout_ms', duration_ms(p_options->'timeout'),
    'unique_keys', case when p_options ? 'uniqueKey' then json_build_array(p_options->'uniqueKey')
                        when p_options->'unique' ? 'key' then json_build_array(p_options->'unique'->'key') end,
    'unique', case when p_options ? 'unique' then unique_words(p_options->'unique') end,
    'idempotency_keys', case when p_options ? 'idempotencyKey' then json_build_array(p_options->'idempotencyKey') end,
    'concurrency_key', p_options->'concurrencyKey',
    'concurrency_limit', (p_options->>'concurrencyLimit')::numeric::integer,
    'concurrency_order', p_options->'concurrencyOrder',
    'on_retry', p_options->'concurrencyOnRetry',
    'rate_key', p_options->'rateKey',
    'rate', rate_of(p_options->'rate'),
    'fair_key', p_options->'fairKey',
    'fair_weight', (p_options->>'fairWeight')::numeric::integer,
    'after', case when p_options ? 'after' then (select jsonb_build_array(jsonb_agg(id)) from ids_of(p_options->'after') id having count(*) > 0) end,
    'on_parent_failure', p_options->'onParentFailure',
    'tags', nullif(p_options->'tags', '[]')))::jsonb
    || jsonb_build_object('payloads', jsonb_build_array(p_payload)) -- after the stripping: nulls inside belong to the user
    || case when p_options ? 'metadata' then jsonb_build_object('metadata', p_options->'metadata') else '{}' end
$$;
