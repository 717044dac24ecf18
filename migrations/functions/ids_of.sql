-- The ids, as text, in a value that is_ids.
create or replace function ids_of(p_value jsonb) returns setof text
language sql immutable set search_path from current
as $$
  select e #>> '{}' from jsonb_array_elements(case jsonb_typeof(p_value) when 'array' then p_value else jsonb_build_array(p_value) end) e
$$;
