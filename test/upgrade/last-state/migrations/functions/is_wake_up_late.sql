-- Whether a job of these names (null: any) may be due, or a pause may end, before the wake-up that is set, so that a drainer must be
-- invoked to set it anew. Asked once the jobs are committed. True as well while a wake-up is being set: the look for it may have been too early to
-- see the job.
create or replace function is_wake_up_late(p_names text[] default null) returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  if not pg_try_advisory_lock_shared(lock_space('wake-up'), 0) then
    return true;
  end if;
  perform pg_advisory_unlock_shared(lock_space('wake-up'), 0);
  return exists (
    select from jobs j join wake_ups w on w.name = j.name
    where j.state = 'scheduled' and (p_names is null or j.name = any (p_names))
      and j.run_at < case when w.set_for > now() then w.set_for else 'infinity' end)
  or exists (
    select from pauses p, wake_ups w
    where p.until_at > now() and (p_names is null or w.name = any (p_names))
      and p.until_at < case when w.set_for > now() then w.set_for else 'infinity' end);
end
$$;
