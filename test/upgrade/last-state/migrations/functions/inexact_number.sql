-- Where in a payload a number is that JavaScript would change, and the number; no row if there is none.
create or replace function inexact_number(p_json jsonb, p_path text) returns table (path text, number text)
language sql stable set search_path from current
as $$
  with recursive nodes as (
    select p_path as path, p_json as node
    union all
    select n.path || '.' || left(child.key, 100), child.node
    from nodes n
    cross join lateral (
      select * from jsonb_each(case when jsonb_typeof(n.node) = 'object' then n.node end)
      union all
      select (place - 1)::text, item from jsonb_array_elements(case when jsonb_typeof(n.node) = 'array' then n.node end)
        with ordinality items (item, place)
    ) child (key, node)
  )
  select n.path, left(n.node #>> '{}', 100) from nodes n
  where jsonb_typeof(n.node) = 'number' and not is_exact((n.node #>> '{}')::numeric)
  limit 1
$$;
