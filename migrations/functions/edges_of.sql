-- Which steps of a workflow run after which others, or after which other jobs, with the places of both: those of other jobs are null.
create or replace function edges_of(p_steps jsonb) returns table (step text, parent text, place bigint, parent_place bigint)
language sql immutable set search_path from current
as $$
  with steps as materialized (
    select s.value->>'step' as name, s.value->'options'->'after' as after, s.place from jsonb_array_elements(p_steps) with ordinality s (value, place)
  )
  select s.name, p.name, s.place, parent.place
  from steps s cross join lateral ids_of(s.after) p (name) left join steps parent on parent.name = p.name
  where s.after is not null
$$;
