create or replace function is_instant(p_value jsonb) returns boolean
language plpgsql stable set search_path from current
as $$
begin
  return jsonb_typeof(p_value) = 'string' and (p_value #>> '{}') ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)$' and (p_value #>> '{}')::timestamptz is not null;
exception when others then
  return false;
end
$$;
