-- A hash of the values that a payload or match has at the paths of a shape; null if it lacks one. Equal numbers have the same, however
-- they are written.
create or replace function hash_at(p_shape text, p_payload jsonb) returns bigint
language sql immutable set search_path from current
as $$
  select case when bool_and(v.value is not null) is not false then jsonb_hash_extended(coalesce(jsonb_agg(v.value order by p.place), '[]'), 0) end
  from jsonb_array_elements(p_shape::jsonb) with ordinality p (path, place)
  cross join lateral (select p_payload #> array(select jsonb_array_elements_text(p.path)) as value) v
$$;
