-- Pauses a job name: from now on none of its jobs is claimed; those that run end as usual. Claims pass over those that wait, as over
-- jobs of a name that no drainer performs.
--   p_name    the name
--   p_until   when the pause ends
--   p_for_ms  or how long it lasts; without both it lasts until the name is resumed
create or replace function pause_name(p_name text, p_until timestamptz default null, p_for_ms bigint default null) returns void
language sql volatile set search_path from current
as $$
  select pause('name', p_name, p_until, p_for_ms)
$$;
