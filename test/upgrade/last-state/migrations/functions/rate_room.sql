-- How many jobs may start at p_at, after these starts: as many as `starts` leaves in the window before p_at, and as `burst` leaves
-- of a bucket that fills by `starts` in `per_ms`.
create or replace function rate_room(p_rate rate_limit, p_at timestamptz, p_started_at timestamptz[], p_starts integer[]) returns integer
language sql immutable set search_path from current
as $$
  with counted as (
    select s.at, sum(s.n) over (order by s.at desc) as since
    from unnest(p_started_at, p_starts) s (at, n) where s.at > p_at - rate_window(p_rate)
  )
  select greatest(0, least((p_rate).burst, (p_rate).starts - max(c.since),
    min(floor((p_rate).burst + extract(epoch from p_at - c.at) * 1000 * (p_rate).starts / (p_rate).per_ms) - c.since)))::integer
  from counted c
$$;
