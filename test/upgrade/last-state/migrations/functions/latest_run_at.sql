-- When a job is due at the latest, however often it is replaced or rescheduled: not before now. Null: there is no such bound.
create or replace function latest_run_at(p_enqueued_at timestamptz, p_rule jsonb) returns timestamptz
language sql stable
return case when p_rule ? 'longest_wait_ms' then greatest(now(), p_enqueued_at + (p_rule->>'longest_wait_ms')::bigint * interval '1 millisecond') end;
