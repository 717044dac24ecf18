-- A finished job in a list.
create or replace function listed_finished(f finished) returns json
language sql stable
return json_build_object(
  'id', (f).id::text, 'name', (f).name, 'queue', (f).queue, 'priority', (f).priority, 'state', (f).state, 'attempts', (f).attempts,
  'maxAttempts', (f).max_attempts, 'reason', (f).reason, 'runAt', (f).run_at, 'expiresAt', null, 'enqueuedAt', (f).enqueued_at,
  'startedAt', (f).started_at, 'finishedAt', (f).finished_at, 'durationMs', (f).duration_ms, 'tags', coalesce((f).tags, '{}'),
  'metadata', coalesce((f).metadata, '{}'), 'uniqueKey', (f).unique_key, 'concurrencyKey', (f).concurrency_key,
  'concurrencyKeys', array_remove((f).concurrency_key || (f).further_keys, null), 'batchId', (f).batch_id::text);
