-- The ticks of a schedule that is due, as late_ticks returns them. Usually it is one, and on time.
create or replace function due_ticks(s schedules, p_now timestamptz, out run timestamptz[], out missed timestamptz)
language plpgsql stable set search_path from current
as $$
declare
  v_second timestamptz := case s.jitter_ms when 0 then s.upcoming[2] else due_at(s.key, s.jitter_ms, s.upcoming[2]) end;
begin
  if s.next_at > p_now - least(interval '1 minute', s.catch_up_ms * interval '1 millisecond')
      and (v_second > p_now or s.has_all and cardinality(s.upcoming) = 1) then
    run := s.upcoming[:1];
  else
    select l.* into run, missed from late_ticks(s, p_now) l;
  end if;
end
$$;
