-- Counts the starts of keys at p_at, place n of p_counts those of key n, and notes when the next job of each may start, if one waits.
-- The caller holds the keys' locks.
create or replace function count_starts(p_keys text[], p_counts integer[], p_at timestamptz) returns void
language sql volatile set search_path from current
as $$
  insert into rates (rate_key, rate, job_id, started_at, starts, next_at, until_at)
  select f.rate_key, f.rate, f.job_id, log.started_at, log.starts,
         case when exists (select from jobs j where j.rate_key = f.rate_key and j.state = 'throttled') then
           rate_next_at(f.rate, p_at, log.started_at, log.starts) end,
         coalesce(log.started_at[cardinality(log.started_at)], p_at) + rate_window(f.rate)
  from rates_in_force(p_keys) f
  cross join lateral (select given.n from unnest(p_keys, p_counts) given (key, n) where given.key = f.rate_key limit 1) more
  cross join lateral rate_log(f.rate, p_at, more.n, f.started_at, f.starts) log
  order by f.rate_key
  on conflict (rate_key) do update set rate = excluded.rate, job_id = excluded.job_id, started_at = excluded.started_at,
    starts = excluded.starts, next_at = excluded.next_at, until_at = excluded.until_at
$$;
