-- Values to begin a filter with: of the newest jobs of the backlog, of those that were discarded last in two weeks, and of the definitions.
-- Whoever enqueues chooses metadata, of up to 64 KB each: what is large isn't read for it, and a long key isn't what somebody types.
--   p_limit  how many of each at most
--   returns  lists of names, queues, tags and the keys of metadata with plain values, each in the order of its bytes
create or replace function suggest_filters(p_limit integer) returns json
language plpgsql stable set search_path from current set jit = off
set plan_cache_mode = force_custom_plan -- for these days, and not for all of them
as $$
declare
  c_bytes constant integer := 2000;
  c_key constant integer := 128; -- as a tag
  v_since timestamptz := (searched_since())[2];
begin
  return (
  with newest as materialized (
    (select j.name, j.queue, j.tags, j.metadata from jobs j order by j.id desc limit 1000)
    union all
    (select f.name, f.queue, f.tags, f.metadata from finished f where f.state = 'discarded' and f.state <> 'succeeded' and f.finished_at >= v_since order by f.finished_at desc limit 200)
  ), named as (
    select n.name from newest n union select d.name from definitions d where d.dropped_at is null
  ), queued as (
    select n.queue from newest n union select d.queue from definitions d where d.queue is not null
  ), tagged as (
    select distinct unnest(n.tags) as tag from newest n
  ), keyed as (
    select distinct m.key from newest n cross join lateral jsonb_each(n.metadata) m
    where pg_column_size(n.metadata) <= c_bytes and length(m.key) <= c_key and jsonb_typeof(m.value) not in ('object', 'array')
  )
  select json_build_object(
    'names', (select coalesce(json_agg(n.name order by n.name collate "C"), '[]') from (select n.name from named n order by n.name collate "C" limit p_limit) n),
    'queues', (select coalesce(json_agg(q.queue order by q.queue collate "C"), '[]') from (select q.queue from queued q order by q.queue collate "C" limit p_limit) q),
    'tags', (select coalesce(json_agg(t.tag order by t.tag collate "C"), '[]') from (select t.tag from tagged t order by t.tag collate "C" limit p_limit) t),
    'metadata', (select coalesce(json_agg(k.key order by k.key collate "C"), '[]') from (select k.key from keyed k order by k.key collate "C" limit p_limit) k)));
end
$$;
