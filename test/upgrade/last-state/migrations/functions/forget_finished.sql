-- Deletes what is known of jobs that were deleted from the history: payloads, failures, logs, results, how they were retried and after which jobs they ran. What is in the
-- app's store of objects becomes superfluous.
--   p_payload_days  place n: the day under which the payload of the job of place n is; null: it was in its row
--   p_since         when the first of them was enqueued
create or replace function forget_finished(p_ids bigint[], p_payload_days date[], p_since timestamptz) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days of these jobs, and not for all that are kept: each costs half a dozen locks
as $$
declare
  v_failures_since timestamptz := ended_since(p_since);
begin
  with payloads_gone as (
    delete from payloads p using unnest(p_ids, p_payload_days) gone (id, day)
    where p.day = any (p_payload_days || date '-infinity') and p.day = gone.day and p.job_id = gone.id returning p.store_key
  ), results_gone as (
    delete from stored_results r where r.job_id = any (p_ids) returning r.store_key
  )
  insert into superfluous_objects (store_key)
  select p.store_key from payloads_gone p where p.store_key is not null union select r.store_key from results_gone r
  on conflict do nothing;
  delete from failures f where f.job_id = any (p_ids) and f.ended_at >= v_failures_since; -- of a year's partitions, the last few
  delete from execution_logs l where l.job_id = any (p_ids);
  delete from retries r where r.job_id = any (p_ids);
  delete from dependencies d where d.child_id = any (p_ids);
end
$$;
