-- Notifies the drainers that wait for work, if one of them serves one of these queues (null: any). A notification makes commits wait for each other, so there is none while nobody waits.
-- All databases of the server share one queue of notifications, and a session that listens in a long transaction fills it up. Then
-- each commit that notifies fails, so there is none either: the drainers look for work every 500 ms anyway.
create or replace function notify_lingering(p_queues text[] default null) returns void
language plpgsql volatile set search_path from current
as $$
begin
  if exists (select from drainers d where d.lingering and (p_queues is null or exists (select from unnest(p_queues) q (queue) where serves(d.pool, q.queue)))) and pg_notification_queue_usage() < 0.9 then
    perform pg_notify(current_schema(), '');
  end if;
end
$$;
