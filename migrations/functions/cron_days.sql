-- The numbers of those days in a list of days that match a pattern: its second group, 0 where it has none.
create or replace function cron_days(p_field text, p_pattern text) returns integer[]
language sql immutable set search_path from current
as $$
  select array(
    select coalesce((regexp_match(item, p_pattern))[2]::integer, 0)
    from unnest(string_to_array(upper(p_field), ',')) item where item ~ p_pattern)
$$;
