-- Whether JSON is a whole number within these bounds.
create or replace function is_whole(p_value jsonb, p_least integer, p_most integer) returns boolean
language sql stable set search_path from current
as $$
  select case when jsonb_typeof(p_value) = 'number'
    then (p_value #>> '{}')::numeric between p_least and p_most and (p_value #>> '{}')::numeric % 1 = 0
    else false end
$$;
