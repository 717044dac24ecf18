-- A page of the concurrency keys that have unfinished jobs, a pause, a waiting limit or a limit that an operator has set, in their order. Goes from key to key by the index.
--   p_after   only those behind this key
--   p_limit   how many at most
--   p_most    a count of waiting jobs stops behind this number
--   returns   a list of objects, as the API has them
create or replace function list_keys(p_after text default '', p_limit integer default 50, p_most integer default 1000) returns json
language sql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
  with recursive first_keys as (
    (select j.concurrency_key as key, 1 as place from jobs j where j.concurrency_key > p_after order by j.concurrency_key limit 1)
    union all
    select next.key, k.place + 1 from first_keys k, lateral (
      select j.concurrency_key as key from jobs j where j.concurrency_key > k.key order by j.concurrency_key limit 1) next
    where k.place < p_limit
  ), further as (
    (select f.concurrency_key as key, 1 as place from further_keys f where f.concurrency_key > p_after order by f.concurrency_key limit 1)
    union all
    select next.key, k.place + 1 from further k, lateral (
      select f.concurrency_key as key from further_keys f where f.concurrency_key > k.key order by f.concurrency_key limit 1) next
    where k.place < p_limit
  ), known as (
    select k.key from first_keys k union select f.key from further f
    union select p.target from pauses p where p.kind = 'key' and lasts(p) and p.target > p_after
    union select w.target from waiting_limits w where w.kind = 'key' and w.target > p_after
    union select o.target from limit_overrides o where o.kind = 'key' and o.target > p_after
  )
  select keys_json(array(select k.key from known k order by k.key limit p_limit), p_most)
$$;
