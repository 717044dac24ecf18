-- Notes that a drainer has come that knows these names (null: any): jobs stored from now on may need another.
create or replace function clear_wake_requests(p_names text[]) returns void
language sql volatile set search_path from current
as $$
  update wake_requests w set requested_at = '-infinity'
  where w.name in (
    select noted.name from wake_requests noted
    where noted.requested_at > '-infinity' and (p_names is null or noted.name = any (p_names)) for update skip locked)
$$;
