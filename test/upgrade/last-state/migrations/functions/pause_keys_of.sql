-- Pauses the concurrency keys of jobs that have asked for it, or the keys that they name, unless they are paused for longer already. In the order of the keys, so
-- that two of these never wait for each other.
create or replace function pause_keys_of(p_outcomes execution_outcome[]) returns void
language sql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  insert into pauses (kind, target, until_at)
  select 'key', asked.key, now() + max(o.wait_ms) * interval '1 millisecond'
  from unnest(p_outcomes) o join jobs j on j.id = o.id and j.fence = o.fence
  cross join lateral (select coalesce(o.paused_key, j.concurrency_key) as key) asked
  where o.pauses_key and asked.key is not null
  group by asked.key order by asked.key
  on conflict (kind, target) do update set until_at = excluded.until_at, paused_at = excluded.paused_at
    where pauses.until_at < excluded.until_at
$$;
