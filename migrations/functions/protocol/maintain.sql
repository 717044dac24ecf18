-- Prepares the partitions of today and the next days and drops those older than p_keep; forgets idempotency keys
-- after a day. Cheap when there is nothing to do; skipped while another session is at it. It never waits long for
-- a lock, so a reader that holds a partition cannot make the queue stand still behind it.
create or replace function maintain(p_keep interval default '14 days', p_now timestamptz default now()) returns void
language plpgsql volatile set search_path from current set lock_timeout = '200ms'
as $$
declare
  v_today date := (p_now at time zone 'UTC')::date;
begin
  if not pg_try_advisory_xact_lock(lock_space('upkeep'), 0) then
    return;
  end if;
  perform keep_partitions('finished', 'finished_at', v_today, ((p_now - p_keep) at time zone 'UTC')::date);
  perform keep_partitions('executions', 'ended_at', v_today, ((p_now - p_keep) at time zone 'UTC')::date);
  delete from idempotency_keys k where (k.name, k.key) in (
    select e.name, e.key from idempotency_keys e where e.created_at < p_now - interval '24 hours' for update skip locked);
  delete from drainers d where d.id in (
    select e.id from drainers e where e.ended_at < p_now - p_keep for update skip locked);
end
$$;
