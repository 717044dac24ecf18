-- Those of p_names that aren't paused: a paused name is one that no drainer performs for a while (docs/decisions/0063-pauses.md).
create or replace function unpaused(p_names text[]) returns text[]
language sql stable set search_path from current
as $$
  select array(
    select given.name from unnest(p_names) with ordinality given (name, place)
    where given.name not in (select p.target from pauses p where p.kind = 'name' and lasts(p)) order by given.place)
$$;
