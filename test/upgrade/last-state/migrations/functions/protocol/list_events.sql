-- The events that definitions subscribe to or jobs wait for, in the order of their names.
--   p_most    a count of jobs stops behind this number
--   returns   a list of objects, as the API has them
create or replace function list_events(p_most integer default 10000) returns json
language sql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
  with recursive awaited as (
    (select w.event from event_waits w where w.payload is null order by w.event limit 1)
    union all
    select next.event from awaited a, lateral (
      select w.event from event_waits w where w.payload is null and w.event > a.event order by w.event limit 1) next
  ), subscribed as materialized (
    select e.event, array_agg(d.name order by d.name) as names
    from definitions d cross join lateral unnest(d.events) e (event) where d.dropped_at is null group by e.event
  ), known as (
    select a.event from awaited a union select s.event from subscribed s
  )
  select coalesce(json_agg(json_build_object('name', k.event, 'subscribers', coalesce(s.names, '{}'), 'waiting', (
    select count(*) from (select from event_waits w where w.event = k.event and w.payload is null limit p_most + 1) w)) order by k.event), '[]')
  from known k left join subscribed s on s.event = k.event
$$;
