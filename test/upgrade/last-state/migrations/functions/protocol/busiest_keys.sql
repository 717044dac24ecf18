-- The concurrency keys for which most jobs wait. Of a large backlog it looks at some pages, so a key with few of them may be missing.
--   p_limit   how many at most
--   p_most    a count of waiting jobs stops behind this number
--   returns   a list of objects, as list_keys has them
create or replace function busiest_keys(p_limit integer default 50, p_most integer default 1000) returns json
language sql stable set search_path from current
set jit = off
as $$
  with waiting as (
    select coalesce(j.waits_for, j.concurrency_key) as key from jobs j tablesample system (sampled_percent()) repeatable (0)
    where j.state in ('blocked', 'behind')
  )
  select keys_json(array(select w.key from waiting w group by w.key order by count(*) desc, w.key limit p_limit), p_most)
$$;
