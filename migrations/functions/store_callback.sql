-- Enqueues the callback of a batch for an event, if it has one. What it starts is committed with it: a crash of the server doesn't undo
-- what its job has seen.
create or replace function store_callback(p_batch batches, p_event text) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_callback jsonb := p_batch.callbacks->p_event;
  v_job bigint;
begin
  if v_callback is null then
    return;
  end if;
  perform set_config('synchronous_commit', 'on', true);
  select s.job_ids[1] into v_job
  from store_jobs(schema_version(), jsonb_build_array(v_callback), p_batch.callbacks->'carrier', p_batch.callbacks->'byName') s
  where coalesce(s.statuses[1], 'enqueued') = 'enqueued';
  update jobs j set callback_of = p_batch.id where j.id = v_job;
end
$$;
