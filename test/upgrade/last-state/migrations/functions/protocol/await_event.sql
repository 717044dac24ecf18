-- A running job waits for an event: returns the event that has ended the wait, or notes that the job waits and returns for how long it will.
--   p_backend       the backend that the drainer's session began on
--   p_job, p_fence  the job, and the fence at which it was claimed
--   p_key           of the job's checkpoint
--   p_event         the event's name; the first call with the key decides, also of the match
--   p_match         an object that its payload has to contain
--   p_timeout_ms    from the first time that the job came here
--   is_ours         whether the job is still the caller's
--   ended           {"value": ...}, the event's payload, or {"timedOut": true}, as JSON; null: not yet
--   remaining_ms    until the timeout, or until the job looks again
create or replace function await_event(p_backend integer, p_job bigint, p_fence integer, p_key text, p_event text, p_match jsonb, p_timeout_ms bigint,
                                       out is_ours boolean, out ended text, out remaining_ms double precision)
language plpgsql volatile set search_path from current
set enable_seqscan = off
as $$
declare
  v_wait event_waits;
  v_until timestamptz;
  v_ended jsonb;
begin
  perform assert_session(p_backend);
  is_ours := begin_event_wait(p_job, p_fence, p_key, p_event, p_match);
  if not is_ours then
    return;
  end if;
  if not exists (select from progress p where p.job_id = p_job and p.name = p_key) then
    perform store_progress(p_job, p_fence, 'event', p_key, null, p_timeout_ms);
  end if;
  select w.* into v_wait from event_waits w where w.job_id = p_job and w.key = p_key for update skip locked;
  if not found then
    remaining_ms := 1000; -- an emit has ended it, and is not committed yet
    return;
  end if;
  v_until := (select p.until_at from progress p where p.job_id = p_job and p.name = p_key);

  if v_wait.payload is not null then
    v_ended := jsonb_build_object('value', v_wait.payload);
  elsif v_until <= clock_timestamp() then
    v_ended := '{"timedOut": true}';
  else
    update event_waits w set is_waiting = true where w.job_id = p_job and w.key = p_key and not w.is_waiting;
    remaining_ms := extract(epoch from v_until - clock_timestamp()) * 1000;
    return;
  end if;

  update progress p set value = v_ended, saved_at = now() where p.job_id = p_job and p.name = p_key;
  delete from event_waits w where w.job_id = p_job and w.key = p_key;
  ended := v_ended::text;
end
$$;
