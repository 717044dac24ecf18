-- Where a match has values that aren't objects or lists: a JSON list of paths, in an order that is always the same. Jobs that wait in one
-- place of the code usually have the same.
create or replace function shape_of(p_match jsonb) returns text
language sql immutable set search_path from current
as $$
  with recursive nodes (path, value) as (
    select array[e.key], e.value from jsonb_each(p_match) e
    union all
    select n.path || e.key, e.value from nodes n, jsonb_each(case jsonb_typeof(n.value) when 'object' then n.value else '{}' end) e
  )
  select coalesce(jsonb_agg(to_jsonb(n.path) order by to_jsonb(n.path)::text collate "C"), '[]')::text
  from nodes n where jsonb_typeof(n.value) not in ('object', 'array')
$$;
