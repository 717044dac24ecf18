-- Reads a cron expression: minute, hour, day of the month, month and weekday, with the second before them if there are six fields.
-- An error names the character at which it is.
create or replace function parse_cron(p_cron text) returns cron_fields
language plpgsql immutable set search_path from current
as $$
declare
  c_nicknames constant jsonb := '{"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *"}';
  c_space constant text := E' \t\r\n';
  c_longest constant integer := 1000; -- reading takes longer than in proportion
  v_cron text := coalesce(c_nicknames->>lower(btrim(p_cron, c_space)), p_cron);
  v_fields text[] := regexp_split_to_array(btrim(left(v_cron, c_longest), c_space), '[[:space:]]+');
  v_starts integer[];
  v_read cron_fields;
begin
  if length(p_cron) > c_longest then
    perform refuse_cron(p_cron, c_longest + 1, format('it is too long: give up to %s characters', c_longest));
  elsif btrim(v_cron, c_space) ~ '^@' then
    perform refuse_cron(p_cron, position('@' in p_cron), format('%s is unknown: give %s, or five or six fields; for an interval give every',
      btrim(v_cron, c_space), (select string_agg(n, ', ' order by n) from jsonb_object_keys(c_nicknames) n)));
  elsif cardinality(v_fields) not between 5 and 6 then
    perform refuse_cron(p_cron, case when cardinality(v_fields) > 6 then (field_starts(v_cron))[7] else length(rtrim(p_cron, c_space)) + 1 end,
      format('it has %s: give five (minute, hour, day, month, weekday), or six with the second before them',
             case when btrim(v_cron, c_space) = '' then '0 fields' when cardinality(v_fields) = 1 then '1 field'
                  else cardinality(v_fields) || ' fields' end));
  end if;
  v_starts := field_starts(v_cron);
  v_read.seconds := '{0}';
  if cardinality(v_fields) = 6 then
    v_read.seconds := cron_numbers(v_cron, v_fields[1], v_starts[1], 'second');
    v_fields := v_fields[2:];
    v_starts := v_starts[2:];
  end if;
  v_read.minutes := cron_numbers(v_cron, v_fields[1], v_starts[1], 'minute');
  v_read.hours := cron_numbers(v_cron, v_fields[2], v_starts[2], 'hour');
  v_read.days := cron_numbers(v_cron, v_fields[3], v_starts[3], 'day');
  v_read.last_days := cron_days(v_fields[3], '^L(-([0-9]{1,2}))?$');
  v_read.near_days := cron_days(v_fields[3], '^(L|([0-9]{1,2}))W$');
  v_read.months := cron_numbers(v_cron, v_fields[4], v_starts[4], 'month');
  v_read.weekdays := cron_numbers(v_cron, v_fields[5], v_starts[5], 'weekday');
  v_read.nth_weekdays := cron_nth_weekdays(v_fields[5]);
  v_read.either_day := v_fields[3] not in ('*', '?') and v_fields[5] not in ('*', '?');
  return v_read;
end
$$;
