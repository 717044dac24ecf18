-- Pauses a concurrency key: from now on its limit is 0, so none of its jobs is claimed; those that run end as usual. For a minute after
-- a pause that ends by itself the limit rises from 1 to what it was (see limits_in_force).
--   p_key     the key
--   p_until   when the pause ends
--   p_for_ms  or how long it lasts; without both it lasts until the key is resumed
create or replace function pause_key(p_key text, p_until timestamptz default null, p_for_ms bigint default null) returns void
language sql volatile set search_path from current
as $$
  select pause('key', p_key, p_until, p_for_ms)
$$;
