-- What a field of a cron expression may be, for error messages.
create or replace function cron_syntax(p_kind text) returns text
language sql immutable set search_path from current
as $$
  select case p_kind
    when 'second' then '0 to 59, a range such as 10-20, a step such as */15, or a list of these'
    when 'minute' then '0 to 59, a range such as 10-20, a step such as */15, or a list of these'
    when 'hour' then '0 to 23, a range such as 9-17, a step such as */2, or a list of these'
    when 'day' then '1 to 31, a range, a step, L (the last), L-3, 15W (the nearest of Monday to Friday), LW, or a list of these'
    when 'month' then '1 to 12 or JAN to DEC, a range, a step, or a list of these'
    else '0 to 7 or SUN to SAT, a range, FRI#2 (the second), FRIL (the last), or a list of these' end
$$;
