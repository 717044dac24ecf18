-- Those of p_kinds (null: of all) of which a job may be due, or a pause may end, before the wake-up that is set, so that a drainer must
-- be invoked to set it anew. Asked once the jobs are committed. All of them while a wake-up is being set: the look for it may have been
-- too early to see the job.
create or replace function kinds_late(p_kinds job_kind[] default null) returns job_kind[]
language plpgsql volatile set search_path from current
as $$
begin
  p_kinds := coalesce(p_kinds, array(
    select (d.name, '')::job_kind from definitions d
    union select (w.name, case when serves(w.pool, '') then '' else (w.pool).queues[1] end)::job_kind from wake_ups w));
  if not pg_try_advisory_lock_shared(lock_space('wake-up'), 0) then
    return p_kinds;
  end if;
  perform pg_advisory_unlock_shared(lock_space('wake-up'), 0);
  return array(
    select k from unnest(p_kinds) k where exists (
      select from wake_ups w, lateral (select case when w.set_for > now() then w.set_for else 'infinity' end as at) set
      where w.name = k.name and serves(w.pool, k.queue)
        and (exists (select from jobs j where j.state = 'scheduled' and j.name = w.name and serves(w.pool, j.queue) and j.run_at < set.at)
             or exists (select from schedules s where s.next_at < set.at and s.name = w.name and serves(w.pool, queue_of_schedule(s)))
             or exists (select from pauses p where p.until_at > now() and p.until_at < set.at))));
end
$$;
