-- Enqueues the callback of a batch for an event, if it has one. Raises if it can't, or isn't because another job has its key. What it
-- starts is committed with it: a crash of the server doesn't undo what its job has seen.
create or replace function store_callback(p_batch batches, p_event text) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_callback jsonb := p_batch.callbacks->p_event;
  v_job bigint;
  v_status text;
begin
  if v_callback is null then
    return;
  end if;
  perform set_config('synchronous_commit', 'on', true);
  select s.job_ids[1], coalesce(s.statuses[1], 'enqueued') into v_job, v_status
  from store_jobs(schema_version(), jsonb_build_array(v_callback), p_batch.callbacks->'carrier', p_batch.callbacks->'byName') s;
  if v_status <> 'enqueued' then -- its definition has become unique since
    raise exception using errcode = 'SL000', message = format('%s: "%s" is unique, and job %s has its key: it is enqueued once the key is free',
                                                              p_event, v_callback->>'name', v_job);
  end if;
  update jobs j set callback_of = p_batch.id where j.id = v_job;
end
$$;
