-- The next five ticks of a schedule.
create or replace function coming_ticks(s schedules) returns timestamptz[]
language plpgsql stable set search_path from current
as $$
begin
  if not s.is_enabled or s.paused_until = 'infinity' then
    return '{}';
  elsif s.upcoming[1] > now() and (s.has_all or cardinality(s.upcoming) >= 5) then
    return s.upcoming[:5];
  end if;
  return ticks_after(s, greatest(now(), s.paused_until - interval '1 microsecond'), 'infinity', 5);
end
$$;
