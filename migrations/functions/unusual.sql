-- Inlined by the planner, so that a usual job costs a comparison.
create or replace function unusual(j jobs) returns json
language sql stable
begin atomic
  select case when (j.attempts, j.interruptions, j.run_at) = (0, 0, j.enqueued_at)
               and num_nonnulls(j.max_attempts, j.timeout_ms, j.tags, j.metadata, j.carrier) = 0 then null
    else json_build_object('attempts', j.attempts, 'interruptions', j.interruptions, 'runAt', j.run_at,
      'maxAttempts', j.max_attempts, 'timeoutMs', j.timeout_ms, 'tags', j.tags, 'metadata', j.metadata, 'carrier', j.carrier) end;
end;
