create or replace function linger(p_drainer integer, p_lingering boolean) returns void
language sql volatile set search_path from current
as $$
  update drainers d set lingering = p_lingering where d.id = p_drainer
$$;
