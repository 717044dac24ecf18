-- The fields of a job that don't have their defaults, or null. Inlined by the planner, so that a usual job costs one comparison. Of a job
-- that is only large or was scheduled, three are written: the others would take 3 us together.
create or replace function non_default_fields(j jobs) returns json
language sql stable
begin atomic
  select case when (j.attempts, j.interruptions, j.cuts) = (0, 0, 0)
               and num_nonnulls(j.rule_failures, j.max_attempts, j.timeout_ms, j.tags, j.metadata, j.carrier, j.further_keys) = 0
               and (j.concurrency_key is null) = (j.concurrency_limit is null) and (j.rate).starts is null
               and coalesce(j.large_bytes, 0) <= max_inline_bytes() then
      case when j.run_at <> j.enqueued_at or j.large_bytes is not null then json_build_object('runAt', j.run_at, 'bytes', j.large_bytes,
             'batchId', coalesce(j.batch_id, j.callback_of)::text)
           when num_nonnulls(j.batch_id, j.callback_of) > 0 then json_build_object('batchId', coalesce(j.batch_id, j.callback_of)::text) end
    when j.large_bytes > max_inline_bytes() then json_build_object('attempts', j.attempts, 'interruptions', j.interruptions,
      'cuts', j.cuts, 'runAt', j.run_at, 'unread', format('it has %s bytes', j.large_bytes))
    else json_build_object('attempts', j.attempts, 'interruptions', j.interruptions, 'cuts', j.cuts, 'runAt', j.run_at,
      'ruleFailures', j.rule_failures, 'maxAttempts', j.max_attempts, 'timeoutMs', j.timeout_ms, 'tags', j.tags,
      'metadata', j.metadata, 'carrier', j.carrier, 'bytes', j.large_bytes, 'lacksKey', lacks_key(j),
      'batchId', coalesce(j.batch_id, j.callback_of)::text,
      'startWithinMs', case when j.rate_key is not null then grace_ms(j.rate) end) end;
end;
