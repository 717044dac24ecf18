-- Whether this drainer may run suspects: half of the drainers of its pool may, or one, so that the others perform what comes in.
create or replace function may_take_suspects(p_drainer integer) returns boolean
language sql volatile set search_path from current
as $$
  with peers as materialized (
    select d.id from drainers me join drainers d on d.pool is not distinct from me.pool where me.id = p_drainer and d.ended_at is null
  )
  select count(distinct c.drainer_id) < greatest(1, (select count(*) from peers) / 2)
  from claims c where c.is_apart and c.drainer_id <> p_drainer and c.drainer_id in (select p.id from peers p)
$$;
