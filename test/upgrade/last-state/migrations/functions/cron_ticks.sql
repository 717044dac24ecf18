-- The ticks of a cron expression after an instant and up to another, in order.
create or replace function cron_ticks(p_fields cron_fields, p_zone text, p_after timestamptz, p_until timestamptz, p_most integer) returns timestamptz[]
language plpgsql stable set search_path from current
as $$
declare
  c_longest_gap constant integer := 9 * 366; -- days from one February 29 to the next, around 2100
  v_day date := (p_after at time zone p_zone)::date;
  v_until date := (p_until at time zone p_zone)::date;
  v_last date := least(v_day + c_longest_gap, v_until);
  v_ticks timestamptz[] := '{}';
begin
  while v_day <= v_last and cardinality(v_ticks) < p_most loop
    if extract(month from v_day)::integer <> all (p_fields.months) then
      v_day := date_trunc('month', v_day::timestamp + interval '1 month')::date;
      continue;
    elsif is_cron_day(p_fields, v_day) then
      v_ticks := v_ticks || ticks_of_day(p_fields, p_zone, v_day, coalesce(v_ticks[cardinality(v_ticks)], p_after), p_until, p_most - cardinality(v_ticks));
      v_last := least(v_day + c_longest_gap, v_until);
    end if;
    v_day := v_day + 1;
  end loop;
  return v_ticks;
end
$$;
