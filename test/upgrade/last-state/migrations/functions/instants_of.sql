-- When the clocks of a time zone show a local time, near a moment at which they are changed. One that they show twice is two instants
-- for a schedule of every hour, and the first of them for others. One that they leave out is none for a schedule of every hour, and the
-- moment of the change for others.
--   p_before, p_after  the offsets from UTC before and after the change
create or replace function instants_of(p_local timestamp, p_zone text, p_before interval, p_after interval, p_every_hour boolean) returns setof timestamptz
language plpgsql stable set search_path from current
as $$
declare
  v_first timestamptz := (p_local - p_before) at time zone 'UTC';
  v_second timestamptz := (p_local - p_after) at time zone 'UTC';
  v_shows_first boolean := v_first at time zone p_zone = p_local;
  v_shows_second boolean := v_second at time zone p_zone = p_local;
begin
  if v_shows_first then
    return next v_first;
  end if;
  if v_shows_second and (p_every_hour or not v_shows_first) then
    return next v_second;
  end if;
  if not v_shows_first and not v_shows_second and not p_every_hour then
    return query select min(m) from generate_series(date_trunc('minute', v_second), v_first, interval '1 minute') m where offset_at(p_zone, m) = p_after;
  end if;
end
$$;
