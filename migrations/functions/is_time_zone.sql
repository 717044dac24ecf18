-- Whether JSON is the name of a time zone: UTC, or an area and a place. Abbreviations, which have no changes of clocks, are not.
create or replace function is_time_zone(p_value jsonb) returns boolean
language plpgsql stable set search_path from current
as $$
declare
  v_zone text := p_value #>> '{}';
begin
  if jsonb_typeof(p_value) <> 'string' or v_zone !~ '^(UTC|GMT|[A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2})$' then
    return false;
  end if;
  return now() at time zone v_zone is not null;
exception when invalid_parameter_value then
  return false;
end
$$;
