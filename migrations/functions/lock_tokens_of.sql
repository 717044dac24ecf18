-- Locks the tokens of jobs that were settled together, all at once and in their order: what follows locks some for those that have ended, and
-- then others for those that are put back, and two settles could wait for each other. A transaction that has completed one may stay open: the
-- settle is sent again then, and the drainer's session is free meanwhile.
--   p_finished     jobs that have ended: all of their tokens
--   p_rescheduled  jobs that run again: those that they wait for, unless they are ready at once, as those of a dead drainer
create or replace function lock_tokens_of(p_finished bigint[], p_rescheduled bigint[]) returns void
language sql volatile set search_path from current
set enable_seqscan = off set lock_timeout = '100ms' set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  select from waits w
  where w.token = any (array(
    select j.token from waiting_jobs j where j.job_id = any (p_finished)
    union all
    select j.token from waiting_jobs j, lateral (select from jobs s where s.id = j.job_id and s.state = 'scheduled' limit 1) s
    where j.job_id = any (p_rescheduled) and j.is_waiting)) order by w.token for update
$$;
