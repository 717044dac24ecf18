-- Ends a drain: releases the slot first and then looks once more, so that a job stored between the last claim and here is seen
-- either by this look or, the drainer no longer being awake, by whoever stored it (see request_wake and is_attended). The drainer's
-- own lock is kept until its session ends, so that nobody takes it for dead before this is committed. Commits asynchronously: lost in
-- a crash of the server, it leaves what a drainer leaves that died with nothing in flight.
--   p_drainer       the drainer
--   p_backend       the backend that its session began on
--   p_names         the job names that it performs
--   p_pool          the queues of these; null: all
--   p_settled       of how many executions it has written the outcome
--   p_reason        why it ends, see drainers
--   p_held          the jobs whose locks it holds
--   p_durations     by job name: how many executions took how long, as in definitions
--   due             work is due that could be claimed now, or may be: a job that counts on the drainer isn't committed yet
--   next_due_in_ms  until the next job of p_names and p_pool is due; null: none is scheduled
create or replace function close_drainer(p_drainer integer, p_backend integer, p_names text[], p_held bigint[], p_durations json default '{}', p_pool pool default null,
                              p_settled integer default null, p_reason text default null)
returns table (due boolean, next_due_in_ms double precision)
language plpgsql volatile set search_path from current
as $$
declare
  v_sees_all boolean;
  v_rare record;
begin
  perform set_config('synchronous_commit', 'off', true);
  perform assert_session(p_backend);
  delete from claims c where c.drainer_id = p_drainer;
  perform remember_durations(p_durations);
  perform release_permits(array(select p.job_id from permits p where p.drainer_id = p_drainer)); -- keys are locked last
  update drainers d set ended_at = now(), ending = 'closed', lingering = false, settled = p_settled, reason = p_reason where d.id = p_drainer;
  -- without asking which of them were held: sent again after what passes, this finds unlocked what it has unlocked
  perform pg_advisory_unlock(job_lock(held.id)) from unnest(p_held) held (id);
  perform note_late_arrivals(); -- of those that it held and never began
  perform pg_advisory_unlock(lock_space('slot'), slot_key(d.pool, d.slot)) from drainers d where d.id = p_drainer;
  perform pg_advisory_unlock(lock_space('awake'), p_drainer);
  v_sees_all := await_storers();
  select r.* into v_rare from rare_work() r;
  if v_rare.for_tick then
    perform fold_batches();
    perform advance_dependents();
  end if;
  due := is_work_due(case when v_rare.for_repair then unpaused(p_names) else p_names end, p_pool) or not v_sees_all;
  if v_rare.for_tick and not due then
    due := exists (select from due_batches()) or exists (select from due_dependents);
  end if;
  next_due_in_ms := extract(epoch from next_due_at(p_names, p_pool) - clock_timestamp()) * 1000;
  return next;
end
$$;
