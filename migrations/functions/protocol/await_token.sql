-- A running job waits for a token: returns how the wait has ended, or notes that the job waits and returns for how long it will. The
-- token's row is locked, so a completion comes either before, and is seen here, or after, and sees that the job waits.
--   p_backend       the backend that the drainer's session began on
--   p_job, p_fence  the job, and the fence at which it was claimed
--   p_token         the token
--   p_timeout_ms    from the first time that the job came here
--   is_ours         whether the job is still the caller's
--   ended           {"value": ...} or {"timedOut": true}, as JSON; null: not yet
--   remaining_ms    until the timeout
create or replace function await_token(p_backend integer, p_job bigint, p_fence integer, p_token text, p_timeout_ms bigint,
                                       out is_ours boolean, out ended text, out remaining_ms double precision)
language plpgsql volatile set search_path from current
set enable_seqscan = off set lock_timeout = '100ms' -- of a token that an open transaction has completed; it is asked again
as $$
declare
  v_wait waits;
  v_until timestamptz;
  v_ended jsonb;
begin
  perform assert_session(p_backend);
  perform from jobs j where j.id = p_job and j.fence = p_fence for no key update;
  is_ours := found;
  if not is_ours then
    return;
  end if;
  if not exists (select from progress p where p.job_id = p_job and p.name = p_token) then
    perform store_progress(p_job, p_fence, 'wait', p_token, null, p_timeout_ms);
  end if;
  v_wait := hold_token(p_token);
  v_until := (select p.until_at from progress p where p.job_id = p_job and p.name = p_token);

  if v_wait.state = 'completed' then
    v_ended := jsonb_build_object('value', v_wait.value);
  elsif v_until <= clock_timestamp() then
    v_ended := '{"timedOut": true}';
  else
    insert into waiting_jobs (job_id, token, is_waiting) values (p_job, p_token, true)
    on conflict (job_id, token) do update set is_waiting = true;
    update waits w set state = 'open', ended_at = null where w.token = p_token and w.state = 'timed_out';
    remaining_ms := extract(epoch from v_until - clock_timestamp()) * 1000;
    return;
  end if;

  update progress p set value = v_ended, saved_at = now() where p.job_id = p_job and p.name = p_token;
  delete from waiting_jobs w where w.job_id = p_job and w.token = p_token;
  if v_ended ? 'timedOut' and not exists (select from waiting_jobs w where w.token = p_token) then -- nobody else waits
    update waits w set state = 'timed_out', ended_at = now() where w.token = p_token and w.state = 'open';
  end if;
  ended := v_ended::text;
end
$$;
