-- Makes those of some jobs due whose token was completed while they were being put back. The caller has the tokens locked:
-- a completion comes either before, and is seen here, or after, and sees the job as this transaction leaves it.
create or replace function resume_completed(p_rescheduled bigint[]) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_completed text[];
begin
  if not exists (select from waiting_jobs w where w.job_id = any (p_rescheduled) and w.is_waiting) then
    return;
  end if;
  v_completed := array(
    select w.token from waits w
    where w.token in (select j.token from waiting_jobs j where j.job_id = any (p_rescheduled) and j.is_waiting) and w.state = 'completed');
  update jobs j set run_at = now() from waiting_jobs w
  where w.token = any (v_completed) and w.is_waiting and w.job_id = any (p_rescheduled) and j.id = w.job_id and j.state = 'scheduled' and j.run_at > now();
  -- once: code that no longer comes to the wait would run again and again
  update waiting_jobs w set is_waiting = false where w.token = any (v_completed) and w.is_waiting and w.job_id = any (p_rescheduled);
end
$$;
