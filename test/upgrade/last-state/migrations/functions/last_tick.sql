-- The last tick of a schedule after an instant and up to another. Looks back further and further, because a schedule may have missed millions.
create or replace function last_tick(s schedules, p_after timestamptz, p_now timestamptz) returns timestamptz
language plpgsql stable set search_path from current
as $$
declare
  c_most constant integer := 100000; -- a day of a tick a second
  v_back interval;
  v_last timestamptz;
begin
  foreach v_back in array array['1 minute', '1 hour', '1 day', '31 days', '366 days', '100 years']::interval[] loop
    v_last := (select max(t) from unnest(ticks_after(s, greatest(p_after, p_now - v_back), p_now, c_most)) t);
    exit when v_last is not null;
  end loop;
  return v_last;
end
$$;
