-- Notes that a drainer has come that knows these names (null: any), for the jobs of its pool: those stored from now on may need another.
create or replace function clear_wake_requests(p_names text[], p_pool pool) returns void
language sql volatile set search_path from current
as $$
  update wake_requests w set requested_at = '-infinity'
  where (w.name, w.queue) in (
    select noted.name, noted.queue from wake_requests noted
    where noted.requested_at > '-infinity' and (p_names is null or noted.name = any (p_names)) and serves(p_pool, noted.queue)
    for update skip locked)
$$;
