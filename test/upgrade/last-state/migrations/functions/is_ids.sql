-- Whether a value that comes by SQL is the id of a job, or a list of up to 1,000.
create or replace function is_ids(p_value jsonb) returns boolean
language sql immutable set search_path from current
as $$
  select count(*) <= 1000 and coalesce(bool_and(jsonb_typeof(e) in ('string', 'number') and e #>> '{}' ~ '^[1-9][0-9]{0,14}$'), true)
  from jsonb_array_elements(case jsonb_typeof(p_value) when 'array' then p_value else jsonb_build_array(p_value) end) e
$$;
