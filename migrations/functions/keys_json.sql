-- Concurrency keys, as a list of JSON in their order, with the words of the API.
--   p_most  a count of waiting jobs stops behind this number
create or replace function keys_json(p_keys text[], p_most integer) returns json
language sql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
  with force as materialized (
    select f.* from limits_in_force(p_keys) f
  )
  select coalesce(json_agg(json_build_object(
    'key', k.key, 'limit', f.concurrency_limit, 'allowed', coalesce(f.allowed, case when p.target is null then o.concurrency_limit else 0 end),
    'running', (select count(*) from permits m where m.concurrency_key = k.key),
    'waiting', (select count(*) from (select from jobs j where j.state = 'blocked' and coalesce(j.waits_for, j.concurrency_key) = k.key limit p_most + 1) j)
      + (select count(*) from (select from jobs j where j.state = 'behind' and j.concurrency_key = k.key limit p_most + 1) j),
    'unfinished', (select count(*) from (select from limits_asked(k.key) limit p_most + 1) j),
    'override', o.concurrency_limit, 'paused', p.target is not null, 'pausedUntil', p.until_at, 'waitingLimit', w.waiting) order by k.place), '[]')
  from unnest(p_keys) with ordinality k (key, place) left join force f on f.concurrency_key = k.key
  left join pauses p on p.kind = 'key' and p.target = k.key and lasts(p)
  left join limit_overrides o on o.kind = 'key' and o.target = k.key
  left join waiting_limits w on w.kind = 'key' and w.target = k.key
$$;
