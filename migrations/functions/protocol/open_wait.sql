-- Makes a token that can be completed from now on, for a running job. Opening it again changes nothing.
--   p_backend       the backend that the drainer's session began on
--   p_job, p_fence  the job, and the fence at which it was claimed
--   p_token         the token
--   returns         whether the job is still the caller's
create or replace function open_wait(p_backend integer, p_job bigint, p_fence integer, p_token text) returns boolean
language plpgsql volatile set search_path from current
set enable_seqscan = off set lock_timeout = '100ms' -- of a token that an open transaction has completed; it is asked again
as $$
begin
  perform assert_session(p_backend);
  perform from jobs j where j.id = p_job and j.fence = p_fence for no key update;
  if not found then
    return false;
  end if;
  perform hold_token(p_token);
  insert into waiting_jobs (job_id, token, is_waiting) values (p_job, p_token, false) on conflict do nothing;
  -- the end of a job forgets what it waited for by this
  update jobs j set has_progress = true, features = coalesce(j.features, 0) | 2 where j.id = p_job and not j.has_progress;
  return true;
end
$$;
