-- The limits that hold for keys. For all jobs of a key the limit of the newest of them holds. Where they ask for different ones
-- (is_mixed), `limits` remembers the newest, because that job may end before the others. `allowed` is how many may run now: none while
-- the key is paused, and for a minute after the end of a pause more and more.
create or replace function limits_in_force(p_keys text[])
returns table (concurrency_key text, concurrency_limit integer, job_id bigint, is_mixed boolean, allowed integer)
language sql stable set search_path from current
as $$
  select key.name, newest.concurrency_limit, newest.job_id, lowest.concurrency_limit < highest.concurrency_limit,
         case when p.target is null then newest.concurrency_limit
              when lasts(p) then 0
              else least(newest.concurrency_limit, greatest(1, ceil(newest.concurrency_limit * extract(epoch from now() - p.until_at) / 60))) end
  from unnest(p_keys) key (name)
  cross join lateral (select j.concurrency_limit from jobs j where j.concurrency_key = key.name order by j.concurrency_limit limit 1) lowest
  cross join lateral (select j.concurrency_limit, j.id from jobs j where j.concurrency_key = key.name
                      order by j.concurrency_limit desc, j.id desc limit 1) highest
  left join lateral (select n.* from newest_limit(key.name) n where lowest.concurrency_limit < highest.concurrency_limit offset 0) other on true
  left join limits l on l.concurrency_key = key.name
  left join pauses p on p.kind = 'key' and p.target = key.name
  cross join lateral (select greatest(highest.id, other.job_id, l.job_id) as id) last
  cross join lateral (
    select last.id as job_id, case last.id when l.job_id then l.concurrency_limit when other.job_id then other.concurrency_limit
                                           else highest.concurrency_limit end as concurrency_limit) newest
$$;
