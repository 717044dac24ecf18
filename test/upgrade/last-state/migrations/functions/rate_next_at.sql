-- When a job may start at the earliest, after these starts.
create or replace function rate_next_at(p_rate rate_limit, p_at timestamptz, p_started_at timestamptz[], p_starts integer[]) returns timestamptz
language sql immutable set search_path from current
as $$
  with counted as (
    select s.at, sum(s.n) over (order by s.at desc) as since
    from unnest(p_started_at, p_starts) s (at, n) where s.at > p_at - rate_window(p_rate)
  )
  select greatest(p_at, max(c.at + rate_window(p_rate)) filter (where c.since >= (p_rate).starts),
    max(c.at + (c.since + 1 - (p_rate).burst) * (p_rate).per_ms / (p_rate).starts * interval '1 millisecond') filter (where (p_rate).burst < (p_rate).starts))
  from counted c
$$;
