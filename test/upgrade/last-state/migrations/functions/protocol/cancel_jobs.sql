-- Cancels jobs. One that waits is moved to the history at once. One that a drainer has in flight is aborted by it within a second,
-- and is recorded as canceled when it ends, unless it ends before the drainer hears of it.
--   p_ids    the jobs
--   job_id   each of them once
--   name     its name; null: it is unknown
--   state    its state from now on: canceled, or running if it is being aborted
--   refusal  why it isn't canceled: job_finished or job_not_found. cancel_pending: somebody has it for a moment; it isn't
--            performed again, and is canceled by the next call, or by the next drainer that looks. Null: it is
create or replace function cancel_jobs(p_ids bigint[]) returns table (job_id bigint, name text, state text, refusal text)
language plpgsql volatile set search_path from current
as $$
declare
  v_jobs record;
  v_done bigint[];
  v_asked bigint[];
begin
  v_jobs := take_waiting(p_ids);
  return query select j.id, j.name, 'canceled', null from jobs j where j.id = any (v_jobs.taken);
  v_done := finish_canceled(v_jobs.taken);
  if sees_commits() then -- else a drainer does: by what this sees, a batch may have no pending jobs
    perform advance_dependents();
    perform fold_batches();
  end if;
  v_asked := v_jobs.running || v_jobs.held;
  if v_asked <> '{}' then
    insert into cancellations (job_id) select a.id from unnest(v_asked) a (id) on conflict do nothing;
    perform notify_of_cancellation();
    v_asked := array(select j.id from jobs j where j.id = any (v_asked)); -- the others have just finished
    return query select j.id, j.name, 'running', case when j.id = any (v_jobs.held) then 'cancel_pending' end from jobs j where j.id = any (v_asked);
  end if;
  return query
  select r.job_id, r.name, r.state, case when r.state is distinct from 'canceled' then r.refusal end
  from refusals_of(array(select unnest(p_ids) except select unnest(v_done || v_asked))) r;
end
$$;
