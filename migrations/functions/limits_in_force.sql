-- The limits that hold for keys. For all jobs of a key the limit of the newest of them holds. Where they ask for different ones
-- (is_mixed), `limits` remembers the newest, because that job may end before the others. `allowed` is how many may run now: what an
-- operator has set, else that limit; none while the key is paused, and for a minute after the end of a pause more and more.
create or replace function limits_in_force(p_keys text[])
returns table (concurrency_key text, concurrency_limit integer, job_id bigint, is_mixed boolean, allowed integer)
language sql stable set search_path from current
as $$
  select a.concurrency_key, newest.concurrency_limit, newest.job_id, a.lowest < a.highest,
         case when p.target is null then may.run
              when lasts(p) then 0
              else least(may.run, greatest(1, ceil(may.run * extract(epoch from now() - p.until_at) / 60))) end
  from asked_limits(p_keys) a
  left join lateral (select n.* from newest_limit(a.concurrency_key) n where a.lowest < a.highest offset 0) other on true
  left join limits l on l.concurrency_key = a.concurrency_key
  left join pauses p on p.kind = 'key' and p.target = a.concurrency_key
  left join limit_overrides o on o.kind = 'key' and o.target = a.concurrency_key
  cross join lateral (select greatest(a.highest_id, other.job_id, l.job_id) as id) last
  cross join lateral (
    select last.id as job_id, case last.id when l.job_id then l.concurrency_limit when other.job_id then other.concurrency_limit
                                           else a.highest end as concurrency_limit) newest
  cross join lateral (select coalesce(o.concurrency_limit, newest.concurrency_limit) as run) may
$$;
