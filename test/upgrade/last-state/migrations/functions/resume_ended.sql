-- Makes those of some jobs due that an event has resumed while they were being put back. An emit that isn't committed yet isn't seen
-- here, and isn't waited for: match_emitted makes them due after it. It happens once for each wait, so that a retry waits for its time.
--   p_jobs  null: all jobs
create or replace function resume_ended(p_jobs bigint[] default null) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_ended bigint[];
  v_due bigint[];
begin
  if p_jobs is null then
    v_ended := array(select w.job_id from event_waits w where w.payload is not null and w.is_waiting);
  else
    v_ended := array(select w.job_id from event_waits w where w.job_id = any (p_jobs) and w.payload is not null and w.is_waiting);
  end if;
  if v_ended = '{}' then
    return;
  end if;
  with due as (
    update jobs j set run_at = now()
    where j.id in (select w.id from jobs w where w.id = any (v_ended) and w.state = 'scheduled' and w.run_at > now() for update skip locked)
    returning j.id
  )
  select array_agg(d.id) into v_due from due d;
  -- a statement of its own, because a row that another transaction has changed can't be changed by the one that has the update above
  update event_waits w set is_waiting = false where w.job_id = any (v_due) and w.payload is not null and w.is_waiting;
  if p_jobs is null then
    delete from event_waits w where w.job_id = any (v_ended) and not exists (select from jobs j where j.id = w.job_id); -- see forget_waits_of
  end if;
end
$$;
