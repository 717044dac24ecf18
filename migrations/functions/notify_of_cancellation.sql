-- Notifies the drainers that perform long jobs, so that they look at the requests to cancel at once. See notify_lingering.
create or replace function notify_of_cancellation() returns void
language plpgsql volatile set search_path from current
as $$
begin
  if pg_notification_queue_usage() < 0.9 then
    perform pg_notify(current_schema() || ':cancel', '');
  end if;
end
$$;
