-- Asked once a job that is due later has been committed. True: it may be due before the wake-up, so a drainer is to be
-- invoked, which sets it anew. While one is just being set the answer is true as well: the look for it may have been
-- too early to see the job.
create or replace function is_wake_up_late() returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  v_set_for timestamptz;
begin
  if not pg_try_advisory_lock_shared(lock_space('wake-up'), 0) then
    return true;
  end if;
  perform pg_advisory_unlock_shared(lock_space('wake-up'), 0);
  select w.set_for into v_set_for from wake_up w;
  return exists (select from jobs j where j.state = 'scheduled' and j.run_at < case when v_set_for > now() then v_set_for else 'infinity' end)
     and v_set_for is not null;
end
$$;
