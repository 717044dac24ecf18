-- The numbers that a field of a cron expression stands for, in order. What only days have (L, W, #) is checked here and read by
-- cron_days and cron_nth_weekdays.
create or replace function cron_numbers(p_cron text, p_field text, p_at integer, p_kind text) returns integer[]
language plpgsql immutable set search_path from current
as $$
declare
  c_least constant jsonb := '{"day": 1, "month": 1}';
  c_most constant jsonb := '{"second": 59, "minute": 59, "hour": 23, "day": 31, "month": 12, "weekday": 7}';
  v_least integer := coalesce((c_least->>p_kind)::integer, 0);
  v_most integer := (c_most->>p_kind)::integer;
  v_last integer := case p_kind when 'weekday' then 6 else v_most end; -- 7 is Sunday, too
  v_numbers integer[] := '{}';
  v_at integer := p_at;
  v_item text;
  v_parts text[];
  v_from integer;
  v_to integer;
  v_step integer;
begin
  foreach v_item in array string_to_array(upper(p_field), ',') loop
    if p_kind = 'day' and v_item ~ '^(L(-([1-9]|[12][0-9]|30))?|LW|([1-9]|[12][0-9]|3[01])W)$'
       or p_kind = 'weekday' and v_item ~ '^([0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5L])$' then
      v_at := v_at + length(v_item) + 1;
      continue;
    end if;
    v_parts := regexp_match(v_item, '^([*]|[?]|([0-9]{1,9}|[A-Z]{3})(-([0-9]{1,9}|[A-Z]{3}))?)(/([0-9]{1,9}))?$');
    if v_parts is null or v_parts[1] = '?' and (p_kind not in ('day', 'weekday') or v_parts[6] is not null) then
      perform refuse_cron(p_cron, v_at, format('the %s %s can''t be read: give %s', p_kind, to_json(v_item), cron_syntax(p_kind)));
    end if;
    v_from := case when v_parts[2] is null then v_least else cron_number(v_parts[2], p_kind) end;
    v_to := case when v_parts[4] is not null then cron_number(v_parts[4], p_kind)
                 when v_parts[2] is null or v_parts[6] is not null then v_last else v_from end;
    v_step := coalesce(v_parts[6]::integer, 1);
    if v_from is null or v_from not between v_least and v_most then
      perform refuse_cron(p_cron, v_at, format('the %s is %s: give %s', p_kind, v_parts[2], cron_syntax(p_kind)));
    elsif v_to is null or v_to not between v_least and v_most then
      perform refuse_cron(p_cron, v_at + length(v_parts[2]) + 1, format('the %s is %s: give %s', p_kind, v_parts[4], cron_syntax(p_kind)));
    end if;
    if v_to = 0 and v_parts[4] = 'SUN' and v_from > 0 then
      v_to := 7; -- FRI-SUN
    end if;
    if v_to < v_from then
      perform refuse_cron(p_cron, v_at, format('the range %s-%s goes backwards: give two ranges, such as %s-%s,%s-%s',
        v_parts[2], v_parts[4], v_parts[2], v_last, v_least, v_parts[4]));
    elsif v_step not between 1 and v_last - v_least + 1 then
      perform refuse_cron(p_cron, v_at + length(v_item) - length(v_parts[6]), format('the step is %s: a step starts anew with each %s, so give 1 to %s%s',
        v_parts[6], case p_kind when 'second' then 'minute' when 'minute' then 'hour' when 'hour' then 'day' when 'day' then 'month' when 'month' then 'year' else 'week' end,
        v_last - v_least + 1, case when p_kind in ('second', 'minute', 'hour') then ', or every in place of cron' else '' end));
    end if;
    v_numbers := v_numbers || array(select n from generate_series(v_from, v_to, v_step) n);
    v_at := v_at + length(v_item) + 1;
  end loop;
  return array(select distinct case when p_kind = 'weekday' then n % 7 else n end from unnest(v_numbers) n order by 1);
end
$$;
