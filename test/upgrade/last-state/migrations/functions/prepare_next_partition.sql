-- Prepares one of the days from p_today to three days later. Returns whether there was one. A day of which the default partition
-- has more rows than can be moved in a second stays there: once it is over no more come, and they expire as others do.
create or replace function prepare_next_partition(p_parent text, p_key text, p_today date) returns boolean
language plpgsql volatile set search_path from current set timezone = 'UTC' set datestyle = 'ISO'
as $$
declare
  c_most_moved constant integer := case p_parent when 'payloads' then 2000 else 100000 end;
  v_day date;
  v_strays integer;
begin
  for v_day in
    select p_today + ahead from generate_series(0, 3) ahead
    where to_regclass(p_parent || to_char(p_today + ahead, '_YYYYMMDD')) is null
  loop
    execute format('select count(*) from (select from %I where %I >= %L and %2$I < %4$L limit %5$L) first',
                   p_parent || '_default', p_key, v_day::timestamptz, (v_day + 1)::timestamptz, c_most_moved + 1) into v_strays;
    if v_strays <= c_most_moved then
      perform prepare_partition(p_parent, p_key, v_day);
      return true;
    end if;
  end loop;
  return false;
end
$$;
