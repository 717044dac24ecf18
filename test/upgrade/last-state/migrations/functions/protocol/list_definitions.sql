-- A page of the definitions that a deployment has registered or drainers have noted, in the order of their names.
--   p_after   only those behind this name
--   p_limit   how many at most
--   p_name    only that of this name; null: of any
--   p_queue   only those whose jobs go to this queue; null: to any
--   returns   a list of objects, as the API has them
create or replace function list_definitions(p_after text default '', p_limit integer default 1000, p_name text default null, p_queue text default null) returns json
language sql stable set search_path from current
as $$
  select coalesce(json_agg(json_build_object(
    'name', d.name, 'queue', d.queue, 'priority', d.priority, 'timeoutMs', d.timeout_ms, 'expiresInMs', d.expires_in_ms,
    'concurrencyLimit', d.concurrency_limit, 'rate', case when (d.rate).starts is not null then json_build_object(
      'limit', (d.rate).starts, 'perMs', (d.rate).per_ms, 'burst', (d.rate).burst) end,
    'keepsPayload', d.keeps_payload, 'events', coalesce(d.events, '{}'),
    'registeredAt', d.registered_at, 'seenAt', nullif(d.seen_at, '-infinity'), 'droppedAt', d.dropped_at) order by d.name collate "C"), '[]')
  from (
    select d.* from definitions d
    where d.name collate "C" > p_after and (p_name is null or d.name = p_name) and (p_queue is null or coalesce(d.queue, 'default') = p_queue)
    order by d.name collate "C" limit p_limit) d
$$;
