-- Everything that is known of one job, as JSON in words of its own, so that no setting or type parser of the caller changes it.
--   p_id           the job
--   p_errors_from  the page of its errors, see errors_of; null: the last one
--   returns        null for an id that is unknown or whose history has been dropped
create or replace function get_job(p_id bigint, p_errors_from integer default null) returns json
language plpgsql stable set search_path from current
set enable_seqscan = off set jit = off
set plan_cache_mode = force_custom_plan -- for these days, and not for all that are kept: each costs time and a dozen locks
as $$
declare
  v_past finished;
  v_since timestamptz; -- its failures are no older
  v_payload_day date;
begin
  select ended_since(j.enqueued_at), j.payload_day into v_since, v_payload_day from jobs j where j.id = p_id;
  if not found then
    v_past := find_finished(p_id);
    v_since := ended_since(v_past.enqueued_at);
    v_payload_day := v_past.payload_day;
  end if;
  return (select json_build_object(
    'id', job.id::text, 'name', job.name, 'queue', job.queue, 'priority', job.priority, 'state', job.state, 'reason', job.reason,
    'payload', coalesce(job.payload, aside.payload), 'payloadKey', aside.store_key,
    'payloadKept', job.finished_at is null or num_nonnulls(job.payload, job.payload_day) > 0, 'attempts', job.attempts, 'maxAttempts', job.max_attempts, 'runAt', job.run_at, 'expiresAt', job.expires_at,
    'enqueuedAt', job.enqueued_at, 'startedAt', job.started_at, 'finishedAt', job.finished_at,
    'durationMs', job.duration_ms, 'result', job.result,
    'resultKey', (select r.store_key from stored_results r where r.job_id = p_id and job.finished_at is not null), 'tags', coalesce(job.tags, '{}'),
    'metadata', coalesce(job.metadata, '{}'), 'uniqueKey', job.unique_key, 'concurrencyKey', job.concurrency_key,
    'concurrencyKeys', array_remove(job.concurrency_key || job.further_keys, null), 'rateKey', job.rate_key, 'fairKey', job.fair_key, 'batchId', job.batch_id::text,
    'blockedBy', case job.state when 'blocked' then job.blocked_by end, 'waitsFor', case job.state when 'blocked' then job.waits_for end,
    'waits', case when job.state = 'waiting' then waits_of(p_id) else '[]' end,
    'progress', (select json_build_object('percent', p.value->'percent', 'text', p.value->'text', 'at', p.saved_at)
      from progress p where p.job_id = p_id and p.kind = 'report' and p.name = ''),
    'retries', (select coalesce(json_agg(r.retry order by r.retried_at), '[]') from (
      select r.retried_at, json_build_object('at', r.retried_at, 'by', r.retried_by, 'state', r.state, 'attempts', r.attempts, 'finishedAt', r.finished_at) as retry
      from retries r where r.job_id = p_id order by r.retried_at desc limit 50) r),
    'last', case when job.started_at is not null and job.state <> 'discarded' then json_build_object('attempt', job.attempts, 'outcome', job.state,
      'startedAt', job.started_at, 'endedAt', job.finished_at, 'durationMs', job.duration_ms,
      'waitMs', greatest(0, round(extract(epoch from job.started_at - job.run_at) * 1000)), 'drainerId', job.drainer_id,
      'drainer', (select d.label from drainers d where d.id = job.drainer_id)) end,
    'logs', (select coalesce(json_agg(l.log order by l.ended_at), '[]') from logs_of(p_id) l),
    'errorCount', (select count(*) from failures e where e.job_id = p_id and e.ended_at >= v_since),
    'after', (select coalesce(json_agg(d.parent_id::text order by d.parent_id), '[]') from dependencies d where d.child_id = p_id),
    'failedParent', (select d.parent_id::text from dependencies d
      where d.child_id = p_id and job.reason = 'parent_failed' and d.outcome in ('discarded', 'canceled') order by d.ended_at, d.parent_id limit 1),
    'errors', (select coalesce(json_agg(e.error order by e.ended_at, e.attempt), '[]') from errors_of(p_id, p_errors_from, v_since) e))
  from (select j.id, j.name, j.queue, j.priority,
               (select s.state from states_of(array[j.id], 'infinity') s) as state, j.payload, j.payload_day, j.attempts, j.max_attempts, j.run_at, j.expires_at, null::text as reason, j.enqueued_at,
               null::timestamptz as started_at, null::timestamptz as finished_at, null::integer as duration_ms, null::integer as drainer_id,
               null::jsonb as result, j.tags, j.metadata, coalesce(j.unique_key, j.waiting_key) as unique_key, j.concurrency_key, j.further_keys, j.rate_key, j.fair_key,
               case when is_paused(j.queue) or is_paused(j.name, 'name') or j.concurrency_key || j.further_keys && paused('key') then 'pause'
                    when j.state = 'blocked' then 'concurrency' when j.state = 'behind' then 'order' when j.state = 'throttled' then 'rate' else 'pause' end as blocked_by,
               case when is_paused(j.queue) or is_paused(j.name, 'name') then null
                    when j.state in ('blocked', 'behind') then coalesce(j.waits_for, j.concurrency_key) when j.state = 'throttled' then j.rate_key end as waits_for, j.batch_id
        from jobs j where j.id = p_id
        union all
        select f.id, f.name, f.queue, f.priority, f.state, f.payload, f.payload_day, f.attempts, f.max_attempts, f.run_at, null, f.reason, f.enqueued_at,
               f.started_at, f.finished_at, f.duration_ms, f.drainer_id, f.result, f.tags, f.metadata, f.unique_key, f.concurrency_key, f.further_keys, null, f.fair_key, null, null, f.batch_id
        from (select v_past.*) f where f.id is not null) job
  left join payloads aside on aside.day = coalesce(v_payload_day, '-infinity') and aside.job_id = job.id
  limit 1);
end
$$;
