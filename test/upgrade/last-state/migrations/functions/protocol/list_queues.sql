-- The queues that have live jobs, a pause or a waiting limit, in the order of their names, as sample_queues reads them. Where that estimates,
-- it can't tell that a queue has none, so those without are listed too, and one may be missing that has few jobs and is known by nothing else.
--   p_after  only those behind this name
--   p_limit  how many at most; null: all
--   returns  a list of objects, as the API has them
create or replace function list_queues(p_after text default '', p_limit integer default null) returns json
language sql stable set search_path from current
as $$
  select coalesce(json_agg(l.queue order by l.place), '[]')
  from (select s.queue, s.place
        from json_array_elements(sample_queues(p_limit => null, p_after => p_after)) with ordinality s (queue, place)
        where (s.queue->>'paused')::boolean or s.queue->>'waitingLimit' is not null or (s.queue->>'isEstimate')::boolean
          or (s.queue->>'ready')::bigint + (s.queue->>'scheduled')::bigint + (s.queue->>'blocked')::bigint + (s.queue->>'running')::bigint > 0
        order by s.place limit p_limit) l
$$;
