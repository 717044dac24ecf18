-- Drainers whose session has ended without closing. Costs one try of a lock for each drainer that lives. The lock is tried
-- shared, and held to the end of the transaction: all who look at once see the same dead, even while one of them reaps.
create or replace function dead_drainers(p_but integer) returns integer[]
language sql volatile set search_path from current
as $$
  with others as materialized (
    select d.id from drainers d where d.ended_at is null and d.id <> p_but
  )
  select array_agg(o.id) from others o where pg_try_advisory_xact_lock_shared(lock_space('drainer'), o.id)
$$;
