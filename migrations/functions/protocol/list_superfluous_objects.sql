-- Some of the objects in the app's store that no job or history needs any more, the oldest first.
--   p_limit  how many at most
--   returns  their keys
create or replace function list_superfluous_objects(p_limit integer) returns text[]
language sql volatile set search_path from current
as $$
  select array(select o.store_key from superfluous_objects o order by o.since limit p_limit)
$$;
