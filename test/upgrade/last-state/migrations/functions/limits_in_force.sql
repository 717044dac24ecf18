-- The limits that hold for keys. For all jobs of a key the limit of the newest of them holds. Where they ask for different ones
-- (is_mixed), `limits` remembers the newest, because that job may end before the others.
create or replace function limits_in_force(p_keys text[])
returns table (concurrency_key text, concurrency_limit integer, job_id bigint, is_mixed boolean)
language sql stable set search_path from current
as $$
  select key.name, newest.concurrency_limit, newest.job_id, lowest.concurrency_limit < highest.concurrency_limit
  from unnest(p_keys) key (name),
  lateral (select j.concurrency_limit from jobs j where j.concurrency_key = key.name order by j.concurrency_limit limit 1) lowest,
  lateral (select j.concurrency_limit, j.id from jobs j where j.concurrency_key = key.name
           order by j.concurrency_limit desc, j.id desc limit 1) highest,
  lateral (
    select asked.concurrency_limit, asked.job_id from (
      select highest.concurrency_limit, highest.id as job_id
      union all
      select other.* from newest_limit(key.name) other where lowest.concurrency_limit < highest.concurrency_limit
      union all
      select l.concurrency_limit, l.job_id from limits l where l.concurrency_key = key.name) asked
    order by asked.job_id desc limit 1) newest
$$;
