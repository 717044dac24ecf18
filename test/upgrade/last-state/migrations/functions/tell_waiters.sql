-- Notifies those who wait for the end of these jobs, which have finished. The notification says only where to look, because any role
-- can send one; one that is lost is made up for, because those who wait look now and then.
create or replace function tell_waiters(p_finished bigint[]) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off
as $$
declare
  v_awaited bigint[];
begin
  with told as (
    delete from awaited_jobs a where a.job_id = any (p_finished) returning a.job_id
  )
  select array_agg(t.job_id) into v_awaited from told t;
  if v_awaited is null then
    return;
  end if;
  perform count_gathered(v_awaited);
  if pg_notification_queue_usage() < 0.9 then
    perform pg_notify(current_schema() || ':finished', a.id::text) from unnest(v_awaited) a (id);
  end if;
end
$$;
