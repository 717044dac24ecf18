-- Makes those of some jobs due whose token was completed while they were being put back. The caller has the tokens locked: a completion
-- comes either before, and is seen here, or after, and sees the job as this transaction leaves it.
create or replace function resume_completed(p_rescheduled bigint[]) returns void
language sql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  update jobs j set run_at = now()
  where j.id = any (array(
    select w.job_id from waiting_jobs w, lateral (select t.state from waits t where t.token = w.token limit 1) t
    where w.job_id = any (p_rescheduled) and w.is_waiting and t.state = 'completed'))
    and j.state = 'scheduled' and j.run_at > now()
$$;
