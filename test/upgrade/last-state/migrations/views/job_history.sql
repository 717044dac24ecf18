-- The jobs that are finished, one row each, for as long as history is kept (see the table settings). Users rely on this view:
-- columns may be added at its end, never changed or removed.
create or replace view job_history as
  select f.id,
         f.name,
         f.queue,
         f.state,
         f.priority,
         coalesce(f.payload, (select p.payload from payloads p where p.day = f.payload_day and p.job_id = f.id)) as payload,
         f.result,
         f.attempts,
         f.max_attempts,
         f.run_at,
         f.enqueued_at,
         f.started_at,
         f.finished_at,
         f.duration_ms,
         f.unique_key,
         f.concurrency_key,
         coalesce(f.tags, '{}') as tags,
         coalesce(f.metadata, '{}') as metadata,
         (select p.store_key from payloads p where p.day = f.payload_day and p.job_id = f.id) as payload_key,
         (select r.store_key from stored_results r where r.job_id = f.id) as result_key,
         f.reason,
         array_remove(f.concurrency_key || f.further_keys, null) as concurrency_keys,
         f.batch_id
  from finished f;

comment on view job_history is 'The jobs that are finished, one row each, for as long as history is kept';
comment on column job_history.id is 'Identifies the job, as enqueue returned it';
comment on column job_history.state is 'succeeded, discarded or canceled';
comment on column job_history.result is 'What perform returned; null unless the job succeeded';
comment on column job_history.attempts is 'Executions that counted';
comment on column job_history.max_attempts is 'Null: as the definition says';
comment on column job_history.run_at is 'When its last execution was due';
comment on column job_history.started_at is 'When its last execution started; null if it never ran';
comment on column job_history.finished_at is 'Partitions history by UTC day: a range of it spares the other days';
comment on column job_history.payload_key is 'The key of its payload in the app''s store of payloads; payload is null then';
comment on column job_history.result_key is 'The key of its result in that store; result is null then';
comment on column job_history.duration_ms is 'Milliseconds that its last execution took';
comment on column job_history.reason is 'Why it was canceled: expired; null if somebody asked for it';
comment on column job_history.concurrency_keys is 'All of its concurrency keys; concurrency_key is the first';
comment on column job_history.batch_id is 'The batch that it is one of; null: none';
