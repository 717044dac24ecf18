-- The limits that hold for keys. For all jobs of a key the limit of the newest of them holds. Where they ask for different ones
-- (is_mixed), `limits` remembers the newest, because that job may end before the others.
create or replace function limits_in_force(p_keys text[])
returns table (concurrency_key text, concurrency_limit integer, job_id bigint, is_mixed boolean)
language sql stable set search_path from current
as $$
  select key.name,
         case newest.job_id when l.job_id then l.concurrency_limit when other.job_id then other.concurrency_limit else highest.concurrency_limit end,
         newest.job_id, lowest.concurrency_limit < highest.concurrency_limit
  from unnest(p_keys) key (name)
  cross join lateral (select j.concurrency_limit from jobs j where j.concurrency_key = key.name order by j.concurrency_limit limit 1) lowest
  cross join lateral (select j.concurrency_limit, j.id from jobs j where j.concurrency_key = key.name
                      order by j.concurrency_limit desc, j.id desc limit 1) highest
  left join lateral (select n.* from newest_limit(key.name) n where lowest.concurrency_limit < highest.concurrency_limit offset 0) other on true
  left join limits l on l.concurrency_key = key.name
  cross join lateral (select greatest(highest.id, other.job_id, l.job_id) as job_id) newest
$$;
