-- The names of the jobs that a batch enqueues, by event, as JSON.
create or replace function callbacks_of(b batches) returns jsonb
language sql immutable set search_path from current
as $$
  select coalesce(jsonb_object_agg(c.event, c.job->'name'), '{}')
  from jsonb_each((b).callbacks) c (event, job) where c.event in ('onFinish', 'onSuccess', 'onDiscard')
$$;
