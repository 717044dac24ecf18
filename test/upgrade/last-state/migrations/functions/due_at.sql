-- When the job of a tick is enqueued: by a part of the jitter after it that is always the same for the schedule, so that ticks are due in
-- their order. Inlined.
create or replace function due_at(p_key text, p_jitter_ms bigint, p_tick timestamptz) returns timestamptz
language sql immutable
return case when p_jitter_ms = 0 or not isfinite(p_tick) then p_tick
            else p_tick + (hashtextextended(p_key, 0) & 2147483647) % p_jitter_ms * interval '1 millisecond' end;
