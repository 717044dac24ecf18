-- The number of a month or a weekday that is given by its name, and of what is a number already; null for anything else.
create or replace function cron_number(p_word text, p_kind text) returns integer
language sql immutable set search_path from current
as $$
  select case when p_word ~ '^[0-9]+$' then p_word::integer
              when p_kind = 'month' then array_position(array['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'], p_word)
              when p_kind = 'weekday' then array_position(array['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'], p_word) - 1 end
$$;
