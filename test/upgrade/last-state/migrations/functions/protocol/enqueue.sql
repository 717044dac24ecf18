-- Stores a job, from SQL in any language, inside the caller's transaction:
--   select sluice.enqueue('welcome', '{"to": "ada@example.org"}', '{"delay": "5m", "queue": "mail"}');
-- Options are those of the API; an unknown option or a wrong value is an error that names it. What they don't say is as in the
-- definition that was registered under this name.
--   returns  the job's id; with a unique or an idempotency key, the id of the job that is already there
create or replace function enqueue(name text, payload jsonb default '{}', options jsonb default '{}') returns bigint
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_options jsonb := coalesce(options, '{}');
  v_stored record;
begin
  perform assert_job(name, payload, v_options);
  select s.* into v_stored from store_jobs(schema_version(), jsonb_build_array(json_strip_nulls(json_build_object(
    'name', name,
    'by_name', true,
    'queue', v_options->'queue',
    'priority', (v_options->>'priority')::numeric::integer, -- 1.0 is whole too
    'run_at', instant_of(v_options->'runAt'),
    'delay_ms', duration_ms(v_options->'delay'),
    'max_attempts', (v_options->>'maxAttempts')::numeric::integer,
    'timeout_ms', duration_ms(v_options->'timeout'),
    'unique_key', v_options->'uniqueKey',
    'idempotency_key', v_options->'idempotencyKey',
    'concurrency_key', v_options->'concurrencyKey',
    'concurrency_limit', (v_options->>'concurrencyLimit')::numeric::integer,
    'tags', nullif(v_options->'tags', '[]')))::jsonb
    || jsonb_build_object('payload', coalesce(payload, '{}'))  -- after the stripping: nulls inside belong to the user
    || case when v_options ? 'metadata' then jsonb_build_object('metadata', v_options->'metadata') else '{}' end), null, '{}') s;
  return v_stored.job_id;
end
$$;
