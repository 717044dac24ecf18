-- Keys of ready jobs of a priority that take turns: up to p_limit, around from the one behind p_after. Goes from key to key by the index.
create or replace function fair_keys(p_priority integer, p_after text, p_limit integer) returns text[]
language sql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
  with recursive behind as (
    (select j.fair_key from jobs j
     where j.state = 'ready' and j.fair_key is not null and j.priority = p_priority and j.fair_key > p_after order by j.fair_key limit 1)
    union all
    select next.fair_key from behind b, lateral (
      select j.fair_key from jobs j
      where j.state = 'ready' and j.fair_key is not null and j.priority = p_priority and j.fair_key > b.fair_key order by j.fair_key limit 1) next
  ), before as (
    (select j.fair_key from jobs j
     where j.state = 'ready' and j.fair_key is not null and j.priority = p_priority and j.fair_key <= p_after order by j.fair_key limit 1)
    union all
    select next.fair_key from before b, lateral (
      select j.fair_key from jobs j
      where j.state = 'ready' and j.fair_key is not null and j.priority = p_priority and j.fair_key > b.fair_key and j.fair_key <= p_after
      order by j.fair_key limit 1) next
  )
  select array(select around.fair_key from (select b.fair_key from behind b union all select b.fair_key from before b) around limit p_limit)
$$;
