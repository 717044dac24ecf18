-- Computes the next ticks of a schedule in advance: those after p_after, or after the end of its pause.
create or replace function plan_ticks(s schedules, p_after timestamptz) returns schedules
language plpgsql stable set search_path from current
as $$
declare
  c_planned constant integer := 16;
begin
  s.upcoming := '{}';
  s.has_all := true;
  if s.is_enabled and s.paused_until is distinct from 'infinity' then
    s.upcoming := ticks_after(s, greatest(p_after, s.paused_until - interval '1 microsecond'), 'infinity', c_planned);
    s.has_all := cardinality(s.upcoming) < c_planned;
  end if;
  s.next_at := due_at(s.key, s.jitter_ms, s.upcoming[1]);
  return s;
end
$$;
