-- At which character each field of a text begins.
create or replace function field_starts(p_text text) returns integer[]
language sql immutable set search_path from current
as $$
  select array_agg(at order by at) from generate_series(1, length(p_text)) at
  where substr(p_text, at, 1) ~ '[^[:space:]]' and (at = 1 or substr(p_text, at - 1, 1) ~ '[[:space:]]')
$$;
