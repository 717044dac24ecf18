-- Notes which jobs a drainer begins from now on: for other names it isn't awake any more.
--   p_drainer  the drainer
--   p_names    the job names
create or replace function set_drainer_names(p_drainer integer, p_names text[]) returns void
language sql volatile set search_path from current
as $$
  update drainers d set names = p_names where d.id = p_drainer
$$;
