-- What a job waits for, as JSON, the first to time out first: tokens, events, and the jobs of batches that it gathers. Up to 100.
create or replace function waits_of(p_job bigint) returns json
language sql stable set search_path from current
set enable_seqscan = off
as $$
  select coalesce(json_agg(json_build_object('token', w.token, 'event', w.event, 'batchId', w.batch_id, 'until', w.until_at) order by w.until_at), '[]')
  from (
    select case when not starts_with(w.token, 'sluice:') then w.token end as token, null::text as event,
           substring(w.token from '^sluice:batch:(.*)$') as batch_id, p.until_at
    from waiting_jobs w join progress p on p.job_id = w.job_id and p.name = w.token where w.job_id = p_job and w.is_waiting
    union all
    select null, e.event, null, p.until_at
    from event_waits e join progress p on p.job_id = e.job_id and p.name = e.key where e.job_id = p_job and e.is_waiting
    order by until_at limit 100) w
$$;
