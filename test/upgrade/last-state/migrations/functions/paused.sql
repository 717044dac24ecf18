-- What is paused of a kind: queue, name or key.
create or replace function paused(p_kind text) returns text[]
language sql stable set search_path from current
as $$
  select array(select p.target from pauses p where p.kind = p_kind and lasts(p))
$$;
