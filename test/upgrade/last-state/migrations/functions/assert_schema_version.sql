-- Refuses code that is newer than these functions.
create or replace function assert_schema_version(p_needed integer) returns void
language plpgsql stable set search_path from current
as $$
begin
  if schema_version() < p_needed then
    raise exception using errcode = 'SL001',
      message = format('The schema %I is at version %s and this code needs %s: run migrate', current_schema(), schema_version(), p_needed);
  end if;
end
$$;
