-- The ticks of a schedule for which jobs are enqueued now, though several are due or one is late, by its policy for missed ones.
-- Those that are less than a minute late have not been missed, and with the policy "skip" two minutes, or as it says.
--   run     the ticks whose jobs are enqueued
--   missed  the last tick that is given up, after all of these; null: there is none
create or replace function late_ticks(s schedules, p_now timestamptz, out run timestamptz[], out missed timestamptz)
language plpgsql stable set search_path from current
as $$
declare
  c_most constant integer := 500; -- the next look takes more
  v_first timestamptz := s.upcoming[1] - interval '1 microsecond';
  v_now timestamptz := p_now - (due_at(s.key, s.jitter_ms, p_now) - p_now); -- of the ticks that are due now
  v_within interval := s.catch_up_ms * interval '1 millisecond';
  v_on_time interval := case when s.catch_up = 'all' then coalesce(v_within, interval '1 day')
                             when s.catch_up = 'skip' then coalesce(v_within, interval '2 minutes')
                             else least(interval '1 minute', v_within) end;
  v_last timestamptz;
begin
  run := ticks_after(s, greatest(v_first, v_now - v_on_time), v_now, c_most);
  if run <> '{}' then
    return;
  end if;
  v_last := coalesce(last_tick(s, v_first, v_now), s.upcoming[1]); -- the time zone's rules may have changed since
  if s.catch_up = 'once' and (v_within is null or v_last >= v_now - v_within) then
    run := array[v_last];
  else
    missed := v_last;
  end if;
end
$$;
