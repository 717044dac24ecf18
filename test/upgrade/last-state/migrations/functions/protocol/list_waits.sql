-- A page of what unfinished jobs wait for, or have opened, by the job: tokens, events, and the jobs of batches that they gather.
--   p_job     with p_key, the wait behind which to look; 0: from the first
--   p_key     see p_job
--   p_limit   how many at most
--   returns   a list of objects, as the API has them; key is that of the job's checkpoint
create or replace function list_waits(p_job bigint default 0, p_key text default '', p_limit integer default 50) returns json
language sql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
  with tokens as (
    select w.job_id, w.token as key, w.is_waiting, null::text as event, null::jsonb as match
    from waiting_jobs w
    where (w.job_id, w.token) > (p_job, p_key) and not exists (select from waits t where t.token = w.token and t.state <> 'open') order by w.job_id, w.token limit p_limit
  ), events as (
    select e.job_id, e.key, e.is_waiting, e.event, e.match
    from event_waits e where (e.job_id, e.key) > (p_job, p_key) and e.payload is null order by e.job_id, e.key limit p_limit
  ), page as materialized (
    select w.* from (select t.* from tokens t union all select e.* from events e) w order by w.job_id, w.key limit p_limit
  )
  select coalesce(json_agg(json_build_object(
    'key', w.key, 'kind', case when w.event is not null then 'event' when starts_with(w.key, 'sluice:') then 'batch' else 'token' end,
    'jobId', w.job_id::text, 'jobName', j.name, 'queue', j.queue, 'waiting', w.is_waiting, 'event', w.event, 'match', w.match,
    'batchId', substring(w.key from '^sluice:batch:(.*)$'), 'since', coalesce(p.saved_at, t.created_at, j.enqueued_at), 'until', p.until_at)
    order by w.job_id, w.key), '[]')
  from page w join jobs j on j.id = w.job_id
  left join progress p on p.job_id = w.job_id and p.name = w.key
  left join waits t on t.token = w.key and w.event is null
$$;
