-- Those of some jobs, finished or not, that a filter means.
--   p_filter  as in find_jobs
--   p_ids     the jobs
create or replace function find_jobs_by_id(p_filter jsonb, p_ids bigint[]) returns bigint[]
language plpgsql stable set search_path from current
set enable_seqscan = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days in which those of the history have finished
as $$
declare
  v_times timestamptz[] := array(
    select distinct (past.place).finished_at
    from finished_among(array(select unnest(p_ids) except select j.id from jobs j where j.id = any (p_ids))) past);
begin
  return array(
    with live as materialized (
      select s.job_id, s.state from states_of(p_ids, 'infinity') s where p_filter ? 'state'
    )
    select found.id
    from unnest(p_ids) given (id)
    cross join lateral (
      (select j.id, j.name, j.queue, j.tags, j.metadata, coalesce(j.unique_key, j.waiting_key) as unique_key, j.concurrency_key, j.further_keys, j.enqueued_at, j.batch_id, null::timestamptz as finished_at, null as state, j.payload, j.payload_day, j.fence > 0 as may_have_failed from jobs j where j.id = given.id)
      union all
      (select f.id, f.name, f.queue, f.tags, f.metadata, f.unique_key, f.concurrency_key, f.further_keys, f.enqueued_at, f.batch_id, f.finished_at, f.state, f.payload, f.payload_day, f.state <> 'succeeded' or f.attempts > 1 from finished f where f.id = given.id and f.finished_at = any (v_times || timestamptz '-infinity'))
      limit 1) found
    where is_matching(p_filter, found.name, found.queue, found.tags, found.metadata, found.unique_key, found.concurrency_key, found.further_keys,
                      found.enqueued_at, found.batch_id, found.finished_at, found.id, found.payload, found.payload_day,
                      found.may_have_failed)
      and (not p_filter ? 'state' or p_filter->'state' ? coalesce(found.state, (select l.state from live l where l.job_id = found.id)))
    order by found.id);
end
$$;
