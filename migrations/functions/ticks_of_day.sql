-- The ticks of a day of the time zone, hour by hour. An hour holds up to 3,600 of them.
create or replace function ticks_of_day(p_fields cron_fields, p_zone text, p_day date, p_after timestamptz, p_until timestamptz, p_most integer) returns timestamptz[]
language plpgsql stable set search_path from current
as $$
declare
  -- an hour before the day begins, and after it ends, wherever on Earth
  v_before interval := offset_at(p_zone, (p_day - interval '15 hours') at time zone 'UTC');
  v_after interval := offset_at(p_zone, (p_day + interval '37 hours') at time zone 'UTC');
  v_hour integer;
  v_found timestamptz[];
  v_ticks timestamptz[] := '{}';
begin
  foreach v_hour in array p_fields.hours loop
    exit when cardinality(v_ticks) >= p_most;
    continue when (p_day + make_interval(hours => v_hour + 1) - least(v_before, v_after)) at time zone 'UTC' <= p_after;
    with local as (
      select p_day + make_interval(hours => v_hour, mins => m, secs => s) as at from unnest(p_fields.minutes) m, unnest(p_fields.seconds) s
    ), instants as (
      select (l.at - v_before) at time zone 'UTC' as at from local l where v_before = v_after
      union -- the clocks are changed
      select i.at from local l, instants_of(l.at, p_zone, v_before, v_after, cardinality(p_fields.hours) = 24) i (at) where v_before <> v_after
    )
    select array_agg(at) into v_found from (
      select i.at from instants i where i.at > coalesce(v_ticks[cardinality(v_ticks)], p_after) and i.at <= p_until
      order by i.at limit p_most - cardinality(v_ticks)) next;
    v_ticks := v_ticks || coalesce(v_found, '{}');
  end loop;
  return v_ticks;
end
$$;
