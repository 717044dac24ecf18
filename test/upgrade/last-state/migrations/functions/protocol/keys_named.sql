-- These concurrency keys, whether they have jobs or not.
--   p_keys    the keys
--   p_most    a count of waiting jobs stops behind this number
--   returns   a list of objects, as list_keys has them
create or replace function keys_named(p_keys text[], p_most integer default 1000) returns json
language sql stable set search_path from current
as $$
  select keys_json(p_keys, p_most)
$$;
