-- Whether this drainer may run suspects: half of the drainers may, or one, so that the others perform what comes in.
create or replace function may_take_suspects(p_drainer integer) returns boolean
language sql volatile set search_path from current
as $$
  select count(distinct c.drainer_id) < greatest(1, (select count(*) from drainers d where d.ended_at is null) / 2)
  from claims c where c.is_apart and c.drainer_id <> p_drainer
$$;
