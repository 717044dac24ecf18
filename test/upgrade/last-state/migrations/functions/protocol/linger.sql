-- Notes whether a drainer waits for work, and is to be notified when jobs are stored (see notify_lingering).
--   p_drainer    the drainer
--   p_lingering  whether it waits
create or replace function linger(p_drainer integer, p_lingering boolean) returns void
language sql volatile set search_path from current
as $$
  update drainers d set lingering = p_lingering where d.id = p_drainer
$$;
