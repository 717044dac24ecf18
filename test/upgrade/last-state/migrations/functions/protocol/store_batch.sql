-- Stores jobs as a batch, which has finished once all of them have. Without jobs it has at once.
--   p_batch           an object with any of properties, parent (the id of the open batch that it is in), and callbacks: an object with any
--                     of onFinish, onSuccess and onDiscard, each an element of p_jobs for one job, and byName, which is p_by_name for these; workflow: an
--                     object of name and steps, the names of p_jobs
--   p_schema_version, p_jobs, p_carrier, p_by_name, p_asks  as in store_jobs
--   batch_id          the batch
--   batch_total       its jobs: those that were there already are none of it
--   job_ids, job_states, statuses, attended                 as in store_jobs
create or replace function store_batch(p_schema_version integer, p_jobs jsonb, p_batch jsonb, p_carrier jsonb default null, p_by_name jsonb default null,
                           p_asks boolean default false)
returns table (batch_id bigint, batch_total integer, job_ids bigint[], job_states text[], statuses text[], attended boolean)
language plpgsql volatile security definer set search_path from current
as $$
declare
  v_parent bigint := (p_batch->>'parent')::bigint;
  v_callbacks jsonb := coalesce(p_batch->'callbacks', '{}');
begin
  perform assert_schema_version(p_schema_version);
  perform assert_callbacks(v_callbacks);
  if v_parent is not null then
    perform hold_batch(v_parent);
    perform count_added(v_parent, 1);
  end if;
  insert into batches as b (parent_id, properties, callbacks)
  values (v_parent, coalesce(p_batch->'properties', '{}'), v_callbacks || case when p_carrier is null then '{}' else jsonb_build_object('carrier', p_carrier) end)
  returning b.id into batch_id;
  if p_jobs <> '[]' then
    select s.* into job_ids, job_states, statuses, attended
    from store_jobs(p_schema_version, p_jobs, p_carrier, p_by_name, p_asks, store_batch.batch_id) s;
  else
    perform count_added(batch_id, 0);
  end if;
  if p_batch ? 'workflow' then
    insert into workflows (batch_id, name, steps, job_ids)
    select store_batch.batch_id, p_batch->'workflow'->>'name', array(select jsonb_array_elements_text(p_batch->'workflow'->'steps')), store_batch.job_ids;
  end if;
  batch_total := (select sum(c.total) from batch_counts c where c.batch_id = store_batch.batch_id);
  if batch_total = 0 then
    attended := false; -- its callbacks are due
    perform add_counts(array[batch_id]); -- those of others are not the caller's, whose transaction may stay open
    perform advance_batch(batch_id);
  end if;
  return next;
end
$$;
