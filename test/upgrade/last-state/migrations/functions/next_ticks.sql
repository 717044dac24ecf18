-- A schedule as it is once all of its ticks up to this one are done. Its next ticks are computed only where none is left of those that
-- were computed in advance: usually plan_ahead has done it.
create or replace function next_ticks(s schedules, p_last timestamptz) returns schedules
language plpgsql stable set search_path from current
as $$
begin
  s.upcoming := s.upcoming[coalesce((select min(place) from unnest(s.upcoming) with ordinality u (tick, place) where tick > p_last), 100):];
  if cardinality(s.upcoming) < 2 and not s.has_all then
    return plan_ticks(s, p_last);
  end if;
  s.next_at := due_at(s.key, s.jitter_ms, s.upcoming[1]);
  return s;
end
$$;
