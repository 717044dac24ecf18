-- A page of the unfinished jobs that a filter means, the newest first: of the next 5,000 ids downwards, so that no call reads more. If only
-- those are meant that run, of the next 5,000 of these.
--   p_filter     as in find_jobs
--   p_before     the id below which to look; null: from the newest
--   p_limit      how many jobs at most
--   jobs         the jobs, without payloads; fewer if they are large, but at least one if there is one
--   next_before  where to look next; null: that was all
create or replace function list_jobs(p_filter jsonb, p_before bigint, p_limit integer, out jobs json, out next_before bigint)
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  c_page constant integer := case when p_filter ?| array['errorClass', 'input'] then 1000 else 5000 end; -- what costs more
  c_above constant bigint := 281474976710656; -- all ids are below it
  v_from bigint := coalesce(p_before, c_above);
  v_states text[] := rows_in(p_filter);
  v_running bigint[];
  v_ids bigint[];
  v_last bigint;
begin
  if p_filter->'state' in ('"running"', '["running"]') then
    v_running := array(select r.job_id from running_jobs() r where r.job_id < v_from order by 1 desc limit c_page);
    next_before := v_running[c_page];
  else
    next_before := (select j.id from jobs j where j.id < v_from order by j.id desc offset c_page - 1 limit 1);
  end if;
  v_ids := array(
    select j.id from jobs j
    where j.id < v_from and j.id >= coalesce(next_before, 0) and (v_states is null or j.state = any (v_states))
      and (v_running is null or j.id = any (v_running))
      and is_matching(p_filter, j.name, j.queue, j.tags, j.metadata, coalesce(j.unique_key, j.waiting_key), j.concurrency_key, j.further_keys,
                      j.enqueued_at, j.batch_id, null, j.id, j.payload, j.payload_day, j.fence > 0)
    order by j.id desc limit case when not p_filter ? 'state' then p_limit end);
  if p_filter ? 'state' and v_ids <> '{}' then
    v_ids := array(select s.job_id from states_of(v_ids, 'infinity') s where p_filter->'state' ? s.state order by 1 desc limit p_limit);
  end if;
  select t.jobs, t.last into jobs, v_last from told_within(array(
    select row(j.id, json_build_object(
      'id', j.id::text, 'name', j.name, 'queue', j.queue, 'priority', j.priority, 'state', s.state, 'reason', null,
      'attempts', j.attempts,
      'maxAttempts', j.max_attempts, 'runAt', j.run_at, 'expiresAt', j.expires_at, 'enqueuedAt', j.enqueued_at, 'startedAt', null, 'finishedAt', null,
      'durationMs', null, 'tags', coalesce(j.tags, '{}'), 'metadata', coalesce(j.metadata, '{}'), 'uniqueKey', coalesce(j.unique_key, j.waiting_key),
      'concurrencyKey', j.concurrency_key,
      'concurrencyKeys', array_remove(j.concurrency_key || j.further_keys, null), 'batchId', j.batch_id::text))::listed_job
    from jobs j join states_of(v_ids, 'infinity') s on s.job_id = j.id where j.id = any (v_ids) order by j.id desc)) t;
  if cardinality(v_ids) = p_limit or json_array_length(jobs) < cardinality(v_ids) then
    next_before := v_last;
  end if;
end
$$;
