-- The keys of jobs with rates behind p_after, in their order, up to p_limit of them.
create or replace function rate_keys_behind(p_after text, p_limit integer) returns setof text
language sql stable set search_path from current
as $$
  with recursive keys as (
    (select j.rate_key as key, 1 as place from jobs j where j.rate_key > p_after order by j.rate_key limit 1)
    union all
    select next.key, k.place + 1 from keys k, lateral (
      select j.rate_key as key from jobs j where j.rate_key > k.key order by j.rate_key limit 1) next
    where k.place < p_limit
  )
  select k.key from keys k
$$;
