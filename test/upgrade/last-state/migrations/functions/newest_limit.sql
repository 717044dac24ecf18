-- The limit that the newest job of a key asks for. Goes from limit to limit, through up to 100 of them.
create or replace function newest_limit(p_key text) returns table (concurrency_limit integer, job_id bigint)
language sql stable set search_path from current
as $$
  with recursive asked as (
    (select j.concurrency_limit, j.id, 1 as place from jobs j where j.concurrency_key = p_key
     order by j.concurrency_limit desc, j.id desc limit 1)
    union all
    select next.concurrency_limit, next.id, a.place + 1 from asked a, lateral (
      select j.concurrency_limit, j.id from jobs j where j.concurrency_key = p_key and j.concurrency_limit < a.concurrency_limit
      order by j.concurrency_limit desc, j.id desc limit 1) next
    where a.place < 100
  )
  select a.concurrency_limit, a.id from asked a order by a.id desc limit 1
$$;
