-- Adds two histograms. A full one is halved first, so that recent executions weigh more.
create or replace function merge_histograms(p_old integer[], p_new integer[]) returns integer[]
language sql immutable parallel safe
begin atomic
  select array_agg(coalesce(u.old, 0) / case when (select sum(n) from unnest(p_old) n) > 10000 then 2 else 1 end + coalesce(u.new, 0) order by u.place)
  from unnest(p_old, p_new) with ordinality u (old, new, place);
end;
