-- The limit that the newest job of a key asks for; the lower one, if two of its limits have the key. Goes from limit to limit, through up to 100 of them.
create or replace function newest_limit(p_key text) returns table (concurrency_limit integer, job_id bigint)
language sql stable set search_path from current
as $$
  with recursive asked as (
    (select l.*, 1 as place from limits_asked(p_key) l order by l.concurrency_limit desc, l.job_id desc limit 1)
    union all
    select next.*, a.place + 1 from asked a, lateral (
      select l.* from limits_asked(p_key) l where l.concurrency_limit < a.concurrency_limit
      order by l.concurrency_limit desc, l.job_id desc limit 1) next
    where a.place < 100
  )
  select a.concurrency_limit, a.job_id from asked a order by a.job_id desc, a.concurrency_limit limit 1
$$;
