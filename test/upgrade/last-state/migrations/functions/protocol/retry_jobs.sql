-- Puts discarded and canceled jobs back into the queue, as they were enqueued: due now, with the same id and all attempts. What failed
-- before stays readable. A timeout or a rate of its own is not kept in the history: the
-- definition's holds.
--   p_ids    the jobs
--   p_by     who asks for it; null: nobody said
--   p_places where the history has them, see find_finished_jobs; null: that is to be found
--   job_id   each of them once
--   name     its name; null: it is unknown
--   state    its state from now on
--   refusal  why it isn't retried: job_not_finished, job_succeeded, job_not_found; unique_key_taken: another job has its unique key;
--            payload_not_kept: the history doesn't have its payload;
--            job_held: somebody has it for a moment. Null: it is
create or replace function retry_jobs(p_ids bigint[], p_by text default null, p_places finished_place[] default null)
returns table (job_id bigint, name text, state text, refusal text)
language plpgsql volatile set search_path from current
as $$
declare
  v_locked bigint[] := lock_given(p_ids);
  v_jobs record;
begin
  if length(p_by) not between 1 and 512 then
    perform refuse(format('retriedBy is %L: give text of 1 to 512 characters', left(p_by, 100)));
  end if;
  p_places := coalesce(p_places, places_of(v_locked));
  v_jobs := retry_finished(array(select given from unnest(p_places) given where given.id = any (v_locked)), p_by);
  perform notify_lingering();
  return query
  select j.id, j.name, public_state(j.state), case when j.id <> all (v_jobs.retried) then 'job_not_finished' end from jobs j where j.id = any (p_ids);
  return query
  select r.job_id, r.name, r.state, case when r.refusal = 'job_not_found' then r.refusal
                                         when r.state = 'succeeded' then 'job_succeeded'
                                         when r.job_id = any (v_jobs.taken) then 'unique_key_taken'
                                         when r.job_id = any (v_jobs.unkept) then 'payload_not_kept' else 'job_held' end
  from refusals_of(array(select unnest(p_ids) except select j.id from jobs j where j.id = any (p_ids))) r;
end
$$;
