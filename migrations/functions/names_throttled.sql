-- The names of the throttled jobs of a rate's key.
create or replace function names_throttled(p_key text) returns setof text
language sql stable set search_path from current
as $$
  with recursive throttled as (
    (select j.name from jobs j where j.rate_key = p_key and j.state = 'throttled' order by j.name limit 1)
    union all
    select next.name from throttled t, lateral (
      select j.name from jobs j where j.rate_key = p_key and j.state = 'throttled' and j.name > t.name order by j.name limit 1) next
  )
  select t.name from throttled t
$$;
