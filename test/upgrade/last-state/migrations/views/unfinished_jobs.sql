-- The jobs that are not finished, one row each. Users rely on this view: columns may be added at its end, never changed or removed.
-- Which jobs run is told by the locks, which are read once for a query that asks for the state.
create or replace view unfinished_jobs as
  with running as materialized (
    select r.job_id from running_jobs() r
  )
  select j.id,
         j.name,
         j.queue,
         case when j.id in (select r.job_id from running r) then 'running'
              when j.state in ('ready', 'suspect', 'unknown', 'unkeyed')
                and (j.queue = any (array(select p.target from pauses p where p.kind = 'queue' and lasts(p))) or j.name = any (array(select p.target from pauses p where p.kind = 'name' and lasts(p)))) then 'blocked'
              when j.state = 'scheduled' and j.has_progress and (exists (select from waiting_jobs w where w.job_id = j.id and w.is_waiting)
                or exists (select from event_waits w where w.job_id = j.id and w.is_waiting and w.payload is null)) then 'waiting'
              else public_state(j.state) end as state,
         j.priority,
         coalesce(j.payload, (select p.payload from payloads p where p.day = j.payload_day and p.job_id = j.id)) as payload,
         j.attempts,
         j.max_attempts,
         j.run_at,
         j.enqueued_at,
         coalesce(j.unique_key, j.waiting_key) as unique_key,
         j.concurrency_key,
         coalesce(j.tags, '{}') as tags,
         coalesce(j.metadata, '{}') as metadata,
         (select p.store_key from payloads p where p.day = j.payload_day and p.job_id = j.id) as payload_key,
         j.rate_key,
         j.expires_at,
         array_remove(j.concurrency_key || j.further_keys, null) as concurrency_keys,
         j.batch_id
  from jobs j;

comment on view unfinished_jobs is 'The jobs that are not finished, one row each';
comment on column unfinished_jobs.id is 'Identifies the job, as enqueue returned it';
comment on column unfinished_jobs.state is 'scheduled, ready, blocked, waiting or running';
comment on column unfinished_jobs.priority is 'A smaller number runs first';
comment on column unfinished_jobs.payload_key is 'The key of its payload in the app''s store of payloads; payload is null then';
comment on column unfinished_jobs.rate_key is 'Jobs with the same key share a rate';
comment on column unfinished_jobs.attempts is 'Executions that counted, without one that is running';
comment on column unfinished_jobs.max_attempts is 'Null: as the definition says';
comment on column unfinished_jobs.run_at is 'When it is due, or became due: a first run or a retry';
comment on column unfinished_jobs.expires_at is 'When it is canceled unless an execution has begun; null: never';
comment on column unfinished_jobs.concurrency_keys is 'All of its concurrency keys; concurrency_key is the first';
comment on column unfinished_jobs.batch_id is 'The batch that it is one of; null: none';
