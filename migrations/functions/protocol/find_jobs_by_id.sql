-- Those of some jobs, finished or not, that a filter means.
--   p_filter  as in find_jobs
--   p_ids     the jobs
create or replace function find_jobs_by_id(p_filter jsonb, p_ids bigint[]) returns bigint[]
language sql stable set search_path from current
set enable_seqscan = off
as $$
  select array(
    select found.id
    from unnest(p_ids) given (id)
    cross join lateral (
      (select j.id, j.name, j.queue, j.tags, j.metadata, coalesce(j.unique_key, j.waiting_key) as unique_key, j.concurrency_key, j.further_keys, j.enqueued_at, j.batch_id, null::timestamptz as finished_at, j.payload, j.payload_day, j.fence > 0 as may_have_failed from jobs j where j.id = given.id)
      union all
      (select f.id, f.name, f.queue, f.tags, f.metadata, f.unique_key, f.concurrency_key, f.further_keys, f.enqueued_at, f.batch_id, f.finished_at, f.payload, f.payload_day, f.state <> 'succeeded' or f.attempts > 1 from finished f where f.id = given.id)
      limit 1) found
    where is_matching(p_filter, found.name, found.queue, found.tags, found.metadata, found.unique_key, found.concurrency_key, found.further_keys,
                      found.enqueued_at, found.batch_id, found.finished_at, found.id, found.payload, found.payload_day,
                      found.may_have_failed)
      and (not p_filter ? 'state' or p_filter->'state' ? (select s.state from states_of(array[found.id], '-infinity') s))
    order by found.id)
$$;
