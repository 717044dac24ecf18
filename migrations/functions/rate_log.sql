-- The starts that count at p_at, with p_more that begin then. Those of one hundredth of the time count from the last of them, so
-- the log stays short and never allows too much. A start more than a second ahead is from before the server's clock was set back.
create or replace function rate_log(p_rate rate_limit, p_at timestamptz, p_more integer, inout started_at timestamptz[], inout starts integer[])
language sql immutable set search_path from current
as $$
  with counted as (
    select case when s.at > p_at + interval '1 second' then p_at else s.at end as at, s.n from unnest(started_at, starts) s (at, n) where s.n > 0 and s.at > p_at - rate_window(p_rate)
    union all
    select p_at, p_more where p_more > 0
  ), summed as (
    select max(c.at) as at, sum(c.n)::integer as n from counted c
    group by floor(extract(epoch from c.at) * 100000 / (p_rate).per_ms)
  )
  select coalesce(array_agg(s.at order by s.at), '{}'), coalesce(array_agg(s.n order by s.at), '{}') from summed s
$$;
