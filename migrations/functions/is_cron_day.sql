-- Whether a cron expression has ticks on this day.
create or replace function is_cron_day(p_fields cron_fields, p_day date) returns boolean
language plpgsql immutable set search_path from current
as $$
declare
  v_day integer := extract(day from p_day);
  v_weekday integer := extract(dow from p_day);
  v_month date := date_trunc('month', p_day::timestamp)::date;
  v_length integer := (v_month + interval '1 month')::date - v_month;
  v_is_day boolean;
  v_is_weekday boolean;
begin
  if extract(month from p_day)::integer <> all (p_fields.months) then
    return false;
  end if;
  v_is_day := v_day = any (p_fields.days) or v_length - v_day = any (p_fields.last_days)
    or exists (select from unnest(p_fields.near_days) n where p_day = nearest_working_day(v_month, v_length, n));
  v_is_weekday := v_weekday = any (p_fields.weekdays) or v_weekday * 10 + (v_day + 6) / 7 = any (p_fields.nth_weekdays)
    or v_day > v_length - 7 and v_weekday * 10 + 9 = any (p_fields.nth_weekdays);
  return case when p_fields.either_day then v_is_day or v_is_weekday else v_is_day and v_is_weekday end;
end
$$;
