-- A schedule as it is once all of its ticks up to this one are done. Its next ticks are computed only where none is left of those that
-- were computed in advance: usually plan_ahead has done it.
create or replace function next_ticks(s schedules, p_last timestamptz) returns schedules
language plpgsql stable set search_path from current
as $$
begin
  if s.upcoming[2] > p_last and s.upcoming[1] <= p_last then -- as usual: no query, which takes longer than all of the rest
    s.upcoming := s.upcoming[2:];
  else
    s.upcoming := s.upcoming[coalesce((select min(place) from unnest(s.upcoming) with ordinality u (tick, place) where tick > p_last), 100):];
  end if;
  if cardinality(s.upcoming) < 2 and not s.has_all then
    return plan_ticks(s, p_last);
  end if;
  s.next_at := case s.jitter_ms when 0 then s.upcoming[1] else due_at(s.key, s.jitter_ms, s.upcoming[1]) end;
  return s;
end
$$;
