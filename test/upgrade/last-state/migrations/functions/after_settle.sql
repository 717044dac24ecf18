-- What follows once executions are settled, for the features that concern their jobs: the one place where a feature learns
-- that a job has ended or moved. Each list may be null. Only jobs with a feature are in p_finished and p_rescheduled.
--   p_drainer      whose executions they were
--   p_finished     jobs that are in the history now
--   p_rescheduled  jobs that run again
--   p_lost         jobs whose outcome was not written: the row is gone, or another drainer's by now. What this drainer still
--                  holds for them would stay taken until its drain ends, and a worker's never does.
--   p_ends         how those have ended that are jobs of a batch
--   p_parents      how those have ended for which other jobs wait
create or replace function after_settle(p_drainer integer, p_finished bigint[], p_rescheduled bigint[], p_lost bigint[], p_ends batch_end[] default null,
                                         p_parents parent_end[] default null) returns void
language plpgsql volatile set search_path from current
-- by keys, whatever the statistics of tables that empty all the time say
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  perform lock_tokens_of(p_finished, p_rescheduled);
  if p_finished is not null then
    perform forget_progress_of(p_finished);
    delete from further_keys f where f.job_id = any (p_finished);
    perform forget_waits_of(p_finished);
    perform tell_waiters(p_finished);
  end if;
  if p_rescheduled is not null then
    perform resume_completed(p_rescheduled);
    perform resume_ended(p_rescheduled);
  end if;
  if p_lost <> '{}' then
    p_lost := array(select p.job_id from permits p where p.job_id = any (p_lost) and p.drainer_id = p_drainer);
  end if;
  perform count_ends(p_ends);
  perform end_parents(p_parents);
  perform release_permits(p_finished || p_rescheduled || p_lost);
end
$$;
