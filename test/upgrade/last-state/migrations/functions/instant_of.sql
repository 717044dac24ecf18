-- The instant of an ISO 8601 text, or null for anything else. Digits beyond the millisecond are dropped, as by JavaScript. The
-- pattern is that of packages/core; a day that its month doesn't have is found by the conversion.
create or replace function instant_of(p_value jsonb) returns timestamptz
language plpgsql stable set search_path from current
as $$
declare
  v_text text := p_value #>> '{}';
  v_instant timestamptz;
begin
  if jsonb_typeof(p_value) = 'string' and v_text ~
    '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)$' then
    v_instant := regexp_replace(v_text, '(?<=[.][0-9]{3})[0-9]+', '')::timestamptz;
  end if;
  return case when v_instant between '1970-01-01 00:00:00+00' and '9999-12-31 00:00:00+00' then v_instant end;
exception when datetime_field_overflow then
  return null;
end
$$;
