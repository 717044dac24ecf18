-- Stores jobs for which a running job then waits, as a batch that gathers their results, in the transaction of the checkpoint that
-- remembers them. If they are stored already, nothing is.
--   p_backend       the backend that the drainer's session began on
--   p_job, p_fence  the job that waits, and the fence at which it was claimed
--   p_name          the name of the checkpoint
--   p_schema_version, p_jobs, p_carrier, p_by_name  as in store_jobs
--   is_ours         whether the job is still the caller's
--   batch_id        the batch
--   job_ids, job_states, statuses                   as in store_jobs; null: they were stored before
create or replace function gather_jobs(p_backend integer, p_job bigint, p_fence integer, p_name text, p_schema_version integer, p_jobs jsonb,
                                       p_carrier jsonb default null, p_by_name jsonb default null,
                                       out is_ours boolean, out batch_id bigint, out job_ids bigint[], out job_states text[], out statuses text[])
language plpgsql volatile set search_path from current
set enable_seqscan = off set lock_timeout = '100ms' -- of a job or a key that an open transaction has; it is asked again
as $$
declare
  v_others bigint[];
begin
  perform assert_session(p_backend);
  perform from jobs j where j.id = p_job and j.fence = p_fence for no key update;
  is_ours := found;
  if not is_ours then
    return;
  end if;
  batch_id := (select (p.value->>'batch')::bigint from progress p where p.job_id = p_job and p.name = p_name);
  if batch_id is not null then
    return;
  end if;
  insert into batches as b (gathers) values (true) returning b.id into batch_id;
  insert into waits (token) values (token_of_batch(batch_id)); -- before it can finish
  insert into waiting_jobs (job_id, token, is_waiting) values (p_job, token_of_batch(batch_id), false);
  if p_jobs <> '[]' then
    select s.job_ids, s.job_states, s.statuses into job_ids, job_states, statuses
    from store_jobs(p_schema_version, p_jobs, p_carrier, p_by_name, false, gather_jobs.batch_id) s;
  end if;
  if statuses is not null then
    v_others := array(select distinct g.id from unnest(job_ids) g (id)
                      where not exists (select from jobs j where j.id = g.id and j.batch_id = gather_jobs.batch_id));
    if p_job = any (v_others) then
      perform refuse(format('Job %s can''t wait for itself: one of the jobs has its unique key', p_job));
    end if;
    perform gather_others(batch_id, v_others);
  end if;
  perform store_progress(p_job, p_fence, 'gathering', p_name, jsonb_build_object('batch', batch_id, 'jobs', coalesce(to_jsonb(job_ids), '[]')));
  if not exists (select from batch_counts c where c.batch_id = gather_jobs.batch_id and c.total > 0) then
    perform count_added(batch_id, 0);
    perform fold_batches(); -- none of them is pending
  end if;
end
$$;
