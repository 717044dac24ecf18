-- Takes jobs that wait, in whatever state, to change them in this transaction: their locks, so that no drainer begins them
-- meanwhile, and their rows. A claim writes nothing to the row, so only the lock tells whether a job runs. What this transaction
-- then writes is visible before the locks are free, and the second look of a claim sees it.
--   taken    jobs that are the caller's until its commit
--   running  jobs that a drainer has in flight
--   held     jobs whose lock or row somebody has for a moment: the outcome of the last execution was just written, a claim looks
--            at the job and may begin it, or another transaction moves it
-- What is in none of the lists isn't in the backlog.
create or replace function take_waiting(p_ids bigint[], out taken bigint[], out running bigint[], out held bigint[])
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_locked bigint[] := lock_given(p_ids);
begin
  -- later statements, which see what the last holders of the locks have committed
  running := in_flight_among(p_ids);
  taken := array(
    select waiting.id from unnest(v_locked) locked (id), lateral (
      select j.id from jobs j where j.id = locked.id limit 1 for update skip locked) waiting
    where locked.id <> all (running));
  held := array(
    select there.id from unnest(p_ids) given (id), lateral (select j.id from jobs j where j.id = given.id limit 1) there
    where given.id <> all (taken || running));
end
$$;
