-- Begins the wait of a running job for an event, for which it is put back later. Beginning it again changes nothing.
--   p_backend       the backend that the drainer's session began on
--   p_job, p_fence  the job, and the fence at which it was claimed
--   p_key           of the job's checkpoint
--   p_event         the event's name
--   p_match         an object that its payload has to contain
--   returns         whether the job is still the caller's
create or replace function open_event_wait(p_backend integer, p_job bigint, p_fence integer, p_key text, p_event text, p_match jsonb) returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_session(p_backend);
  if not begin_event_wait(p_job, p_fence, p_key, p_event, p_match) then
    return false;
  end if;
  -- the end of a job forgets what it waited for by this
  update jobs j set has_progress = true, features = coalesce(j.features, 0) | 2 where j.id = p_job and not j.has_progress;
  return true;
end
$$;
