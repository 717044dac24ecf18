-- Pauses a schedule: it has no ticks until then, and none of that time is caught up. Pausing it again changes when the pause ends.
--   p_key     the schedule
--   p_until   when the pause ends
--   p_for_ms  or how long it lasts; without both it lasts until the schedule is resumed
--   returns   whether there is such a schedule
create or replace function pause_schedule(p_key text, p_until timestamptz default null, p_for_ms bigint default null) returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  return pause_ticks(p_key, coalesce(p_until, now() + p_for_ms * interval '1 millisecond', 'infinity'));
end
$$;
