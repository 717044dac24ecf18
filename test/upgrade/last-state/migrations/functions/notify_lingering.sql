-- Notifies the drainers that wait for work. A notification makes commits wait for each other, so there is none while nobody waits.
create or replace function notify_lingering() returns void
language plpgsql volatile set search_path from current
as $$
begin
  if exists (select from drainers d where d.lingering) then
    perform pg_notify(current_schema(), '');
  end if;
end
$$;
