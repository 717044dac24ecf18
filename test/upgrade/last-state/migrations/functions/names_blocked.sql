-- The names of the blocked jobs of a key.
create or replace function names_blocked(p_key text) returns setof text
language sql stable set search_path from current
as $$
  with recursive blocked as (
    (select j.name from jobs j where j.state = 'blocked' and coalesce(j.waits_for, j.concurrency_key) = p_key order by j.name limit 1)
    union all
    select next.name from blocked b, lateral (
      select j.name from jobs j where j.state = 'blocked' and coalesce(j.waits_for, j.concurrency_key) = p_key and j.name > b.name order by j.name limit 1) next
  )
  select b.name from blocked b
$$;
