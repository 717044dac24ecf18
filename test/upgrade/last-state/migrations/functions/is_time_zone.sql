-- Whether JSON is the name of a time zone: UTC, or an area and a place. Abbreviations, which have no changes of clocks, are not,
-- and neither is what Postgres takes for a rule of POSIX, such as Europe/Berlin+1.
create or replace function is_time_zone(p_value jsonb) returns boolean
language plpgsql stable set search_path from current
as $$
declare
  v_zone text := p_value #>> '{}';
begin
  if jsonb_typeof(p_value) <> 'string' or v_zone !~ '^(UTC|GMT|Etc/GMT[+-][0-9]{1,2}|[A-Za-z_]+(/[A-Za-z_-]+){1,2})$' then
    return false;
  end if;
  return now() at time zone v_zone is not null;
exception when invalid_parameter_value then
  return false;
end
$$;
