-- The milliseconds within which this share of the executions of a histogram ended; null while there are too few to tell. A loop, because
-- planning a query would take longer.
create or replace function duration_percentile(p_durations integer[], p_share double precision) returns integer
language plpgsql immutable strict parallel safe set search_path from current
as $$
declare
  v_count integer;
  v_total bigint := 0;
  v_below bigint := 0;
  v_place integer := 0;
begin
  foreach v_count in array p_durations loop
    v_total := v_total + v_count;
  end loop;
  if v_total < 10 then
    return null;
  end if;
  foreach v_count in array p_durations loop
    v_place := v_place + 1;
    v_below := v_below + v_count;
    if v_below >= v_total * p_share then
      return ceil(2 ^ (v_place / 4.0))::integer;
    end if;
  end loop;
  return null;
end
$$;
