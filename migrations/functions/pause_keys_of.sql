-- Pauses the concurrency keys of jobs that have asked for it, unless they are paused for longer already. In the order of the keys, so
-- that two of these never wait for each other.
create or replace function pause_keys_of(p_outcomes execution_outcome[]) returns void
language sql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  insert into pauses (kind, target, until_at)
  select 'key', j.concurrency_key, now() + max(o.wait_ms) * interval '1 millisecond'
  from unnest(p_outcomes) o join jobs j on j.id = o.id and j.fence = o.fence
  where o.pauses_key and j.concurrency_key is not null
  group by j.concurrency_key order by j.concurrency_key
  on conflict (kind, target) do update set until_at = excluded.until_at, paused_at = excluded.paused_at
    where pauses.until_at < excluded.until_at
$$;
