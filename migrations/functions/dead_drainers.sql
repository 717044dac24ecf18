-- Drainers whose session has ended without closing. Costs one try of a lock for each drainer that lives. The lock is tried
-- shared, and held to the end of the transaction: all who look at once see the same dead, even while one of them reaps.
--   dead   their ids; null: none
--   alive  how many others live
create or replace function dead_drainers(p_but integer, out dead integer[], out alive integer)
language plpgsql volatile set search_path from current
as $$
begin
  with others as materialized (
    select d.id from drainers d where d.ended_at is null and d.id <> p_but
  ), tried as materialized (
    select o.id, pg_try_advisory_xact_lock_shared(lock_space('drainer'), o.id) as is_dead from others o
  )
  select array_agg(t.id) filter (where t.is_dead), count(*) filter (where not t.is_dead) into dead, alive from tried t;
end
$$;
