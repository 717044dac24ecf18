-- The weekdays of a list that are counted within the month, as cron_fields has them.
create or replace function cron_nth_weekdays(p_field text) returns integer[]
language sql immutable set search_path from current
as $$
  select array(
    select cron_number(part[1], 'weekday') % 7 * 10 + case when part[2] in ('L', '#L') then 9 else right(part[2], 1)::integer end
    from unnest(string_to_array(upper(p_field), ',')) item, regexp_match(item, '^([0-7]|[A-Z]{3})(L|#[1-5L])$') part
    where part is not null)
$$;
